import assert from "node:assert/strict";
import { test } from "node:test";
import { cuttable } from "../../../packages/sallyport/test/storage/cuttable.ts";
import {
  mysqlDatabase,
  postgresDatabase,
} from "../../../packages/sallyport/test/storage/databases.ts";
import { startSite } from "./running-portal.ts";

for (const [kind, makeDatabase] of [
  ["PostgreSQL", postgresDatabase],
  ["MariaDB", mysqlDatabase],
] as const) {
  test(`a portal whose database is away is alive, not ready, and ready again by itself (${kind})`, async (t) => {
    const database = await makeDatabase();
    const way = await cuttable(database.address);
    t.after(async () => {
      await way.close();
      await database.close();
    });
    const { origin, portal, lines } = await startSite(t, {
      DATABASE_URL: way.address,
      SALLYPORT_SECRET: "s".repeat(32),
    });
    const probe = async (path: string) => {
      const { status, headers } = await fetch(origin + path);
      return { status, again: headers.get("retry-after") };
    };
    assert.deepEqual(await probe("/readyz"), { status: 200, again: null });
    await way.cut();
    assert.deepEqual(await probe("/readyz"), { status: 503, again: "5" });
    assert.deepEqual(await probe("/healthz"), { status: 200, again: null });
    assert.ok(lines.some(({ message }) => message === "the portal is not ready"));
    await way.mend();
    assert.deepEqual(await probe("/readyz"), { status: 200, again: null });

    way.hang();
    const asked = performance.now();
    assert.equal((await probe("/readyz")).status, 503);
    assert.ok(performance.now() - asked < 4000, "within the two seconds of a probe");
    await portal.close();
  });
}
