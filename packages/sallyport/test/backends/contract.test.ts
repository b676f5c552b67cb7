import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { exportPKCS8, generateKeyPair } from "jose";
import { BaseAuth } from "../../src/backend.ts";
import { type BackendFixture, backendContract } from "../../src/testing/index.ts";
import { complaints } from "../json-schema.ts";

// Every backend is here because its file is: nobody keeps a list.

const at = (path: string) => new URL(path, import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(at(path), "utf8"));
const modules = readdirSync(at("../../src/backends/")).map((file) => file.replace(/\.ts$/, ""));
const fixtures = readdirSync(at("../fixtures/")).map((file) => file.replace(/\.json$/, ""));
const schema = read("../../src/testing/fixture.schema.json");

/**
 * Protocols whose answers a fixture cannot hold, by their class. A backend of theirs has a file
 * of its own here, `<module>.test.ts`, with the same cases.
 */
const toldOtherwise: readonly string[] = [
  // An assertion is signed XML with the time of the login in it.
  "SamlAuth",
];

const appleKey = await generateKeyPair("ES256", { extractable: true });
const verify = async (username: string, password: string) =>
  username === "ada" && password === "  a horse, a battery  "
    ? { uid: "4711", details: { username: "ada", fullName: "Ada Lovelace", emailVerified: false } }
    : undefined;

/** Settings that a fixture cannot hold: what the application does, and keys. */
const besides: Readonly<Record<string, object>> = {
  "apple-id": { clientKey: await exportPKCS8(appleKey.privateKey) },
  username: { verify },
};

type BackendClass = new (settings?: object) => BaseAuth;

/** The classes that a module exports, by the name that each gives itself. */
async function backendsOf(module: string): Promise<ReadonlyMap<string, BackendClass>> {
  const exported: object = await import(`../../src/backends/${module}.ts`);
  const classes = Object.values(exported).filter(
    (value): value is BackendClass => value?.prototype instanceof BaseAuth,
  );
  return new Map(classes.map((Backend) => [new Backend().name, Backend]));
}

/** The names of the classes that a class extends. */
function ancestorsOf(Backend: BackendClass): readonly string[] {
  // Up to `Function.prototype`, which is no class and has no name.
  const parent = Object.getPrototypeOf(Backend) as BackendClass;
  return parent.name === "" ? [] : [parent.name, ...ancestorsOf(parent)];
}

const found = new Set<string>();
for (const module of modules) {
  for (const [name, Backend] of await backendsOf(module)) {
    found.add(name);
    if (fixtures.includes(name)) {
      const fixture = read(`../fixtures/${name}.json`);
      test(`${name}: its fixture is as the schema demands`, () => {
        assert.deepEqual(complaints(schema, fixture), []);
      });
      const make = (settings: object) => new Backend({ ...settings, ...besides[name] });
      // The schema has checked it.
      for (const { name: title, run } of backendContract(make, fixture as BackendFixture)) {
        test(`${name}: ${title}`, run);
      }
    } else if (ancestorsOf(Backend).some((name) => toldOtherwise.includes(name))) {
      test(`${name} has a test of its own`, () => {
        assert.ok(existsSync(at(`${module}.test.ts`)), `write test/backends/${module}.test.ts`);
      });
    } else {
      test(`${name} has a fixture`, () => assert.fail(`write test/fixtures/${name}.json`));
    }
  }
}

test("every fixture belongs to a backend, and says so", () => {
  for (const name of fixtures) {
    assert.ok(found.has(name), name);
    assert.equal((read(`../fixtures/${name}.json`) as BackendFixture).backend, name);
  }
});

test("a backend that calls addresses verified shows a person whose address is not", () => {
  for (const name of fixtures) {
    const { identity, variants = [] } = read(`../fixtures/${name}.json`) as BackendFixture;
    if (!identity.details.emailVerified) continue;
    const others = variants.filter(
      (variant) =>
        variant.identity?.details?.emailVerified === false ||
        variant.failure?.code === "account_unverified",
    );
    assert.notEqual(others.length, 0, name);
  }
});
