import type { CustomerStatus, CustomerType } from "sallyport/affiliations";
import {
  entries,
  field,
  instant,
  lineOfText,
  onOneLine,
  optional,
  type Placed,
  refuse,
  UnreadableFile,
  wholeNumber,
} from "./placed-value.ts";

/** An exchange that an export tells about. */
export interface Ixp {
  readonly id: number;
  readonly name: string;
}

/** What an export says about a member of one exchange; undefined where it says nothing. */
export interface ExportedMember {
  readonly asn: number;
  readonly name: string | undefined;
  readonly type: CustomerType | undefined;
  readonly status: CustomerStatus;
  readonly joinedAt: Date | undefined;
}

/** An IX-F member export, as far as it is about one exchange. */
export interface MemberExport {
  readonly version: string;
  readonly ixp: Ixp;
  /** One for each ASN, in the file's order. */
  readonly members: readonly ExportedMember[];
  /** How many entries have no connection at this exchange. */
  readonly skipped: number;
  readonly warnings: readonly string[];
}

/**
 * Reads an IX-F (Euro-IX) member export, versions 0.4 to 1.0:
 * https://github.com/euro-ix/json-schemas
 *
 * @param ixpId which exchange of the file; needed only where it has several.
 * @throws {@link UnreadableFile} at the first thing that is not as the format wants it.
 */
export function readExport(text: string, ixpId?: number): MemberExport {
  const file: Placed = { place: "", value: parse(text) };
  const version = readVersion(field(file, "version"));
  const ixps = readIxps(field(file, "ixp_list"));
  const ixp = chooseIxp(ixps, ixpId);

  const listed = entries(field(file, "member_list"), mostMembers).map(readEntry);
  const present = listed
    .map((entry) => memberOf(ixp, entry, ixps.length === 1))
    .filter((member) => member !== undefined);
  const skipped = listed.length - present.length;
  return { version, ixp, skipped, ...oneForEachAsn(present) };
}

const versions: readonly string[] = ["0.4", "0.5", "0.6", "0.7", "0.8", "1.0"];
const mostMembers = 100_000;
const mostConnections = 10_000;
const mostIxps = 1000;

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Its words quote the file, line ends and all.
    const why = error instanceof Error ? onOneLine(error.message) : "";
    throw new UnreadableFile(`the file: expected complete JSON: ${why}`, { cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  return refuse({ place: "the file", value }, "an object with a member_list");
}

function readVersion(placed: Placed): string {
  const { value } = placed;
  // Some write it as a number, which makes 1 of 1.0.
  const version = typeof value === "number" ? value.toFixed(1) : value;
  if (typeof version === "string" && versions.includes(version)) return version;
  return refuse(placed, `one of the versions ${versions.join(", ")}`);
}

function readIxps(list: Placed): readonly Ixp[] {
  const ixps = new Map<number, Ixp>();
  for (const entry of entries(list, mostIxps)) {
    const id = ixpIdOf(entry);
    const name = optional(field(entry, "shortname"), lineOfText);
    if (!ixps.has(id)) ixps.set(id, { id, name: name || `IXP ${id}` });
  }
  if (ixps.size === 0) throw new UnreadableFile("ixp_list: expected at least one IXP, got none");
  return [...ixps.values()];
}

function chooseIxp(ixps: readonly Ixp[], wanted: number | undefined): Ixp {
  const [ixp, ...others] = ixps.filter(({ id }) => wanted === undefined || id === wanted);
  if (ixp && others.length === 0) return ixp;
  const there = ixps.map(({ id, name }) => `${id} (${name})`).join(", ");
  throw new UnreadableFile(
    ixp
      ? `ixp_list: expected one IXP, or --ixp-id to choose one of ${there}`
      : `ixp_list: expected IXP ${wanted}, got ${there}`,
  );
}

/** An entry as it stands there; `connections` are about any exchange. */
interface Entry extends Omit<ExportedMember, "status"> {
  readonly connections: readonly { readonly ixp: number; readonly active: boolean }[];
}

function readEntry(entry: Placed): Entry {
  const asn = wholeNumber(field(entry, "asnum"), 1, 4294967294);
  const name = optional(field(entry, "name"), lineOfText);
  return {
    asn,
    // `AS64496` is what stands for a name where there is none.
    name: name && name !== `AS${asn}` ? name : undefined,
    type: optional(field(entry, "member_type"), readType),
    joinedAt: optional(field(entry, "member_since"), instant),
    connections: entries(field(entry, "connection_list"), mostConnections).map((connection) => ({
      ixp: ixpIdOf(connection),
      active: optional(field(connection, "state"), isActive) ?? true,
    })),
  };
}

// Undefined for whoever is at other exchanges only. Somebody without any connection yet
// belongs to the file's exchange, if it has but one.
function memberOf(ixp: Ixp, { connections, ...entry }: Entry, isOnly: boolean) {
  const here = connections.filter((connection) => connection.ixp === ixp.id);
  if (here.length === 0 && !(isOnly && connections.length === 0)) return undefined;
  const status: CustomerStatus = here.some(({ active }) => active) ? "normal" : "not_connected";
  return { ...entry, status };
}

function ixpIdOf(entry: Placed): number {
  return wholeNumber(field(entry, "ixp_id"), 0, 4294967295);
}

// The format leaves the word to the exchange; these two mean that traffic may flow.
function isActive(state: Placed): boolean {
  return ["active", "connected"].includes(lineOfText(state).toLowerCase());
}

// IXP Manager's exporter, backwards. It makes peering of probono, too, so that versions
// without a word for it cannot say who is.
const types: ReadonlyMap<string, CustomerType> = new Map([
  ["peering", "full"],
  ["ixp", "internal"],
  ["other", "associate"],
  ["probono", "probono"],
  ["routeserver", "internal"],
]);

function readType(placed: Placed): CustomerType {
  const type = types.get(lineOfText(placed).toLowerCase());
  return type ?? refuse(placed, `one of ${[...types.keys()].join(", ")}`);
}

/** Several entries of one ASN are one member: the first word on each thing, the earliest day. */
function oneForEachAsn(listed: readonly ExportedMember[]) {
  const members = new Map<number, ExportedMember>();
  const warnings = new Set<string>();
  for (const member of listed) {
    const { asn, name, type, status, joinedAt } = member;
    const first = members.get(asn) ?? member;
    if (first.type && type && first.type !== type) {
      warnings.add(`AS${asn} is in the file as ${first.type} and as ${type}; the former is taken`);
    }
    members.set(asn, {
      asn,
      name: first.name ?? name,
      type: first.type ?? type,
      status: first.status === "normal" ? first.status : status,
      joinedAt: earliest(first.joinedAt, joinedAt),
    });
  }
  return { members: [...members.values()], warnings: [...warnings] };
}

function earliest(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other ? (one < other ? one : other) : (one ?? other);
}
