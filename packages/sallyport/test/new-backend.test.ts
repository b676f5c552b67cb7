import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { BaseAuth } from "../src/backend.ts";
import { type BackendFixture, backendContract } from "../src/testing/index.ts";
import { complaints } from "./json-schema.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** `npm run new:backend` with these words, into a folder that goes with the test. */
function start(t: TestContext) {
  // Inside the package, so that what is written finds the library as its neighbours do.
  const folder = mkdtempSync(join(root, "packages/sallyport/.new-backend-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(root, "scripts/new-backend.mjs");
  const write = (...words: string[]) =>
    run(process.execPath, [script, ...words, "--into", folder], { cwd: root });
  return { folder, write };
}

for (const [protocol, className] of [
  ["oauth1", "AcmeIdOAuth1"],
  ["oauth2", "AcmeIdOAuth2"],
  ["oauth2-pkce", "AcmeIdOAuth2"],
  ["oidc", "AcmeIdOpenIdConnect"],
  ["openid", "AcmeIdOpenId"],
  ["custom", "AcmeIdAuth"],
] as const) {
  test(`what is written for ${protocol} passes the contract as it is`, async (t) => {
    const { folder, write } = start(t);
    const { stdout } = await write("acme-id", "--protocol", protocol);
    assert.match(stdout, /src\/backends\/acme-id\.ts/);
    assert.match(stdout, /test\/fixtures\/acme-id\.json/);

    for (const name of ["protocols", "identity.ts", "backend.ts", "http.ts"]) {
      symlinkSync(join(root, "packages/sallyport/src", name), join(folder, "src", name));
    }
    const file = join(folder, "test/fixtures/acme-id.json");
    const fixture = JSON.parse(readFileSync(file, "utf8")) as BackendFixture;
    const schema = new URL("../src/testing/fixture.schema.json", import.meta.url);
    assert.deepEqual(complaints(JSON.parse(readFileSync(schema, "utf8")), fixture), []);

    const written = pathToFileURL(join(folder, "src/backends/acme-id.ts")).href;
    const { [className]: Backend } = (await import(written)) as Record<
      string,
      new (
        s: object,
      ) => BaseAuth
    >;
    assert.ok(Backend);
    for (const { name, run: runCase } of backendContract((s) => new Backend(s), fixture)) {
      await t.test(name, runCase);
    }
  });
}

test("what is there is not overwritten", async (t) => {
  const { folder, write } = start(t);
  await write("acme");
  const file = join(folder, "src/backends/acme.ts");
  const before = readFileSync(file, "utf8");
  await assert.rejects(write("acme"), /is there already/);
  assert.equal(readFileSync(file, "utf8"), before);
});

for (const [what, words, complaint] of [
  ["no name", [], /a backend's name/],
  ["a name with capitals", ["Acme"], /a backend's name/],
  ["a name that leads elsewhere", ["../acme"], /a backend's name/],
  ["a word that nobody knows", ["acme", "--help"], /usage/],
  ["two names", ["acme", "other"], /usage/],
  ["a protocol without a template", ["acme", "--protocol", "ldap"], /usage: .*oauth1.*oidc/],
  ["SAML, which needs no class", ["acme", "--protocol", "saml"], /settings of one backend/],
] as const) {
  test(`${what} is refused`, async (t) => {
    await assert.rejects(start(t).write(...words), complaint);
  });
}
