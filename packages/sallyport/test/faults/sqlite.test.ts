import assert from "node:assert/strict";
import { test } from "node:test";
import { dump } from "./ground.ts";
import { tryFlows } from "./report.ts";
import { assertUnreadable } from "./secrets.ts";
import { sqliteGround } from "./sqlite-ground.ts";

tryFlows("SQLite", sqliteGround);

test("a secret that lies in the database is found, in whatever spelling", async (t) => {
  const secret = "refresh-1-planted";
  for (const planted of [
    `{"refresh_token":"${secret}"}`,
    Buffer.from(`${secret} and more`).toString("base64url"),
    Buffer.from(secret).toString("hex"),
  ]) {
    const ground = await sqliteGround();
    t.after(() => ground.close());
    t.after(() => ground.storage.close());
    await ground.storage.users.add(
      { username: "ada", fullName: planted, creator: "test" },
      new Date(),
    );
    const rows = JSON.stringify(await dump(ground));
    assert.throws(() => assertUnreadable(rows, [secret]), /can be read/);
    assertUnreadable(rows, ["another-secret"]);
    const remains = await ground.remains();
    assert.throws(() => assertUnreadable(remains, [secret]), /can be read/);
  }
});
