import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createAuth, pipeline, type Storage } from "sallyport";
import { syncAffiliations } from "sallyport/affiliations";
import { PeeringDBOAuth2 } from "sallyport/backends/peeringdb";
import { associateUser } from "sallyport/steps/associate-user";
import { createUser } from "sallyport/steps/create-user";
import { getUsername } from "sallyport/steps/get-username";
import { loadExtraData } from "sallyport/steps/load-extra-data";
import { socialDetails } from "sallyport/steps/social-details";
import { socialUid } from "sallyport/steps/social-uid";
import { socialUser } from "sallyport/steps/social-user";
import { type Sandbox, startSandbox } from "sallyport-sandbox";
import { importIxf } from "../../src/ixf/import-ixf.ts";
import { readExportFile } from "../../src/ixf/read-export-file.ts";
import { now, startStorage, written } from "./exports.ts";

// The member export of a real exchange. It is not ours to pass on, so it lies beside the
// repository, where continuous integration puts it.
const file = fileURLToPath(new URL("../../../../../shared/cases/ixf-bcix.json", import.meta.url));

describe("the export of a real exchange", () => {
  let text = "";
  let asns: readonly number[] = [];
  before(async () => {
    assert.ok(existsSync(file), `this test needs the member export ${file}, which is not there`);
    text = await readExportFile(file);
    // Told from the file without our reader.
    const found = [...readFileSync(file, "utf8").matchAll(/"asnum":\s*(\d+)/g)];
    asns = [...new Set(found.map(([, asn]) => Number(asn)))];
  });

  test("is imported member for member, and again without a change", async (t) => {
    assert.equal(asns.length, 81);
    const storage = startStorage(t);
    const first = await importIxf(storage, text, { now });
    assert.deepEqual([first.added.length, first.skipped, first.warnings], [81, 0, []]);
    const imported = await written(storage);
    assert.deepEqual(
      imported[0]?.map(({ asn }) => asn),
      asns,
    );

    const again = await importIxf(storage, text, { now: new Date(now.getTime() + 1000) });
    assert.deepEqual([again.added, again.updated, again.unchanged], [[], [], 81]);
    assert.deepEqual(await written(storage), imported);
  });

  test("lets somebody in for the three of their five networks that are in it", async (t) => {
    const storage = startStorage(t);
    await importIxf(storage, text, { now });
    const [first = 0, , third = 0] = asns;
    const last = asns.at(-1) ?? 0;
    const profile = {
      id: 4711,
      given_name: "Ada",
      family_name: "Lovelace",
      name: "Ada Lovelace",
      email: "ada@example.net",
      verified_user: true,
      verified_email: true,
      networks: [64496, first, third, 65551, last].map((asn, at) => ({
        id: at + 1,
        asn,
        name: `Network ${at + 1}`,
        perms: 1,
        manage_peering_sessions: 1,
      })),
    };
    const sandbox = await startSandbox({ people: [{ profile, amr: ["pwd", "otp", "mfa"] }] });
    t.after(() => sandbox.close());

    const user = await signedIn(storage, sandbox, profile.id);
    assert.equal(user?.fullName, "Ada Lovelace");
    const links = await storage.sql?.all(
      `select asn, created_by from affiliations
       join customers on customers.id = customer_id order by asn`,
      [],
    );
    const expected = [first, third, last].sort((one, other) => one - other);
    assert.deepEqual(
      links,
      expected.map((asn) => ({ asn, created_by: "PeeringDB" })),
    );
  });

  test("gives one line and writes nothing when it is cut off, wherever that is", async (t) => {
    const storage = startStorage(t);
    await storage.migrate();
    const end = text.lastIndexOf("}");
    for (let attempt = 0; attempt < 20; attempt++) {
      const at = Math.floor(Math.random() * end);
      await assert.rejects(importIxf(storage, text.slice(0, at), { now }), (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /^the file: expected complete JSON: [^\n]+$/, `cut at ${at}`);
        return true;
      });
    }
    assert.deepEqual(await written(storage), [[], []]);
  });
});

/** Who is signed in after a person of the sandbox went there and came back. */
async function signedIn(storage: Storage, sandbox: Sandbox, person: number) {
  const origin = "http://localhost:3000";
  const auth = createAuth({
    baseUrl: origin,
    secrets: ["a secret of this test, long enough to pass"],
    storage,
    backends: [
      new PeeringDBOAuth2({
        url: sandbox.url,
        clientId: "sandbox-client",
        clientSecret: "sandbox-secret",
      }),
    ],
    pipeline: pipeline(
      socialDetails,
      socialUid,
      socialUser,
      getUsername(),
      createUser({ creator: "OAuth-PeeringDB" }),
      associateUser,
      loadExtraData,
      syncAffiliations(),
    ),
    logger: { info() {}, warn() {}, error: console.error },
    env: {},
  });
  const get = async (url: string, headers: Record<string, string>) => {
    const answer = await auth.handle(new Request(url, { headers }));
    assert.equal(answer?.status, 303);
    const [cookie = ""] = answer.headers.getSetCookie().filter((line) => !/Max-Age=0/.test(line));
    return { location: answer.headers.get("location") ?? "", cookie: cookie.split(";")[0] ?? "" };
  };
  const here = { "sec-fetch-site": "same-origin" };
  const { location, cookie } = await get(`${origin}/auth/login/peeringdb`, here);
  const back = await get(await sandbox.signIn(location, { person }), { cookie });
  return auth.user({ headers: { cookie: back.cookie } });
}
