import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mysqlDatabase,
  postgresDatabase,
} from "../../../packages/sallyport/test/storage/databases.ts";
import { openDatabase } from "../src/database.ts";
import { importIxf } from "../src/ixf/import-ixf.ts";
import { entry, exportOf, members, now } from "./ixf/exports.ts";
import { startSite } from "./running-portal.ts";

const kinds = { PostgreSQL: postgresDatabase, MariaDB: mysqlDatabase };
const SALLYPORT_SECRET = "secret-of-the-tests-long-enough-to-pass";

for (const [kind, makeDatabase] of Object.entries(kinds)) {
  test(`members sign in at two portals on one database (${kind})`, async (t) => {
    const database = await makeDatabase();
    const sites: Awaited<ReturnType<typeof startSite>>[] = [];
    const ends: (() => void | Promise<void>)[] = [() => database.close()];
    t.after(async () => {
      for (const end of ends.reverse()) await end();
    });
    const environment = { DATABASE_URL: database.address, SALLYPORT_SECRET };
    const last = { after: (end: (typeof ends)[number]) => void ends.push(end) };
    for (let at = 0; at < 2; at++) sites.push(await startSite(last, environment));

    const [here, there] = sites.map((site) => site.browser());
    const me = {
      user: { id: 1, username: "ada.example", email: "ada@example.net", fullName: "Ada Example" },
      affiliations: [
        { asn: 64496, name: "Alpha Net", privs: 1, createdBy: "PeeringDB" },
        { asn: 64497, name: "Bravo Networks", privs: 1, createdBy: "PeeringDB" },
      ],
    };
    for (const browser of [here, there]) {
      const page = await browser?.signIn(1001);
      assert.match(page?.words ?? "", /You belong to 2 members of this exchange/);
      assert.deepEqual(await browser?.me(), { status: 200, body: me });
    }
    assert.equal((await database.ask("select id from users")).length, 1);
  });

  test(`an export is imported, and the same again changes nothing (${kind})`, async (t) => {
    const database = await makeDatabase();
    t.after(() => database.close());
    const storage = openDatabase({ databaseUrl: database.address });
    try {
      const text = exportOf([
        entry(64496, { name: "Alpha" }),
        entry(4_199_999_999, { name: "Wide" }),
      ]);
      assert.equal((await importIxf(storage, text, { now })).added.length, 2);
      const before = await members(storage);
      assert.equal((await importIxf(storage, text, { now })).unchanged, 2);
      assert.deepEqual(await members(storage), before);
      assert.match(before.join(), /AS64496 Alpha .*AS4199999999 Wide /);
    } finally {
      await storage.close();
    }
  });
}
