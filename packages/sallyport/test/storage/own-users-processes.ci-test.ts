import assert from "node:assert/strict";
import { test } from "node:test";
import { loginProcess } from "./login-processes.ts";
import { besidePeople } from "./own-users-cases.ts";
import { mysqlUsers, postgresUsers, sqliteUsers } from "./own-users-kinds.ts";

for (const of of [sqliteUsers, postgresUsers, mysqlUsers]) {
  test(`eight first logins of one person in two processes make one (${of.kind}, detached users)`, async (t) => {
    const { storage, database, people, close } = await besidePeople(of, "text");
    t.after(close);
    await storage.migrate();
    const processes = await Promise.all(
      [1, 2].map(() => loginProcess(t, database.address, 4, people.address)),
    );
    const answers = await Promise.all(processes.map((goOn) => goOn()));

    assert.deepEqual(answers.flat(), Array(8).fill(303));
    const count = async (from: string) =>
      Number((await database.ask(`select count(*) as total from ${from}`))[0]?.total);
    assert.equal((await people.ask("select * from people")).length, 1);
    assert.deepEqual([await count("social_auth"), await count("sessions")], [1, 8]);
    assert.equal(await count("social_intent"), 0);
  });
}
