import assert from "node:assert/strict";
import { test } from "node:test";
import { pipeline, type StartFacts } from "../../src/pipeline.ts";
import { within } from "../../src/step.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { loadExtraData } from "../../src/steps/load-extra-data.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { startSite } from "../site.ts";
import { mysqlDatabase, postgresDatabase } from "../storage/databases.ts";

// Only where transactions do not take turns.
for (const [name, makeDatabase, open] of [
  ["PostgreSQL", postgresDatabase, postgresStorage],
  ["MariaDB", mysqlDatabase, mysqlStorage],
] as const) {
  test(`${name}: a login that commits after its account was disconnected signs in nobody`, async (t) => {
    const database = await makeDatabase();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const wait = within("wait", async (_: StartFacts) => {
      const once = meanwhile;
      meanwhile = undefined;
      await once?.();
      return {};
    });
    const steps = pipeline(
      socialDetails,
      socialUid,
      socialUser,
      // The account is found, and nothing written.
      wait,
      getUsername(),
      createUser(),
      associateUser,
      loadExtraData,
    );
    const storage = open(database.address);
    const { browser, provider } = await startSite(t, { storage, pipeline: steps });
    t.after(() => database.close());
    const [laptop, phone] = [browser(), browser()];
    await laptop.signIn("example");
    provider.profile = { id: 2, login: "ada" };
    await laptop.signIn("second");
    provider.profile = { id: 1, login: "ada" };
    meanwhile = async () => {
      assert.equal((await laptop.post("/auth/disconnect/example")).status, 303);
    };
    await phone.signIn("example");
    assert.equal(await (await phone.get("/auth/session")).json(), null);
    assert.notEqual(await (await laptop.get("/auth/session")).json(), null);
  });
}
