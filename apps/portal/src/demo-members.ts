import type { Storage } from "sallyport";
import type { CustomerStatus, CustomerType } from "sallyport/affiliations";

interface DemoMember {
  readonly asn: number;
  readonly name: string;
  readonly type: CustomerType;
  readonly status: CustomerStatus;
  readonly hasLeft?: true;
  readonly optedOut?: true;
}

// The sandbox's fictional people belong to these; together they show every outcome.
const members: readonly DemoMember[] = [
  { asn: 64496, name: "Alpha Net", type: "full", status: "normal" },
  { asn: 64497, name: "Bravo Networks", type: "full", status: "normal" },
  { asn: 64498, name: "Charlie Transit", type: "full", status: "not_connected" },
  { asn: 64499, name: "Delta Hosting", type: "full", status: "suspended" },
  { asn: 64500, name: "Echo Online", type: "full", status: "normal", hasLeft: true },
  { asn: 64501, name: "Foxtrot Community", type: "probono", status: "normal" },
  { asn: 64502, name: "Golf Broadband", type: "full", status: "normal", optedOut: true },
  { asn: 64503, name: "Hotel Labs", type: "associate", status: "normal" },
  { asn: 64504, name: "India IX Services", type: "internal", status: "normal" },
  { asn: 65536, name: "Juliett Wide", type: "full", status: "normal" },
];

/** Makes the demonstration's members, unless there are members already. Says how many it made. */
export async function addDemoMembers(storage: Storage, now: Date): Promise<number> {
  const aYear = 365 * 24 * 3600 * 1000;
  return storage.transaction(async ({ sql }) => {
    if (!sql) throw new Error("the portal needs a SQL storage");
    const [some] = await sql.all("select id from customers limit 1", []);
    if (some) return 0;
    for (const { asn, name, type, status, hasLeft, optedOut } of members) {
      await sql.insert(
        `insert into customers (asn, name, type, status, left_at, peeringdb_oauth, joined_at)
         values (?, ?, ?, ?, ?, ?, ?)`,
        [
          asn,
          name,
          type,
          status,
          hasLeft ? new Date(now.getTime() - aYear) : null,
          optedOut !== true,
          new Date(now.getTime() - 2 * aYear),
        ],
      );
    }
    return members.length;
  });
}
