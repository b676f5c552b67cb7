import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { defaultPipeline } from "../src/default-pipeline.ts";
import {
  type AnyStep,
  AuthError,
  after,
  before,
  type Pipeline,
  refuse,
  within,
} from "../src/index.ts";
import { memoryStorage } from "../src/storage/memory.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";
import { type Storage, StorageUnavailable } from "../src/storage.ts";
import { codeOf, startSite, temporaryFile } from "./site.ts";

/** The default steps with one more: at their beginning, or at their end. */
function startWith(t: TestContext, step: AnyStep, storage: Storage = memoryStorage()) {
  const steps = step.phase === "before" ? [step, ...defaultPipeline] : [...defaultPipeline, step];
  // The default list is in order, and one more step before or after all others keeps it so.
  return startSite(t, { pipeline: steps as unknown as Pipeline, storage });
}

for (const kind of ["memory", "file"]) {
  const open = (t: TestContext) =>
    kind === "file" ? sqliteStorage(temporaryFile(t)) : memoryStorage();

  test(`a refusal keeps what its steps wrote, and makes no session (${kind})`, async (t) => {
    const no = within("no", () => refuse("account_not_allowed"));
    const { storage, browser } = await startWith(t, no, open(t));
    const person = browser();
    const answer = await person.signIn("example");

    assert.equal(answer.status, 403);
    assert.equal(await codeOf(answer), "account_not_allowed");
    assert.deepEqual(person.named("session"), []);
    const user = await storage.users.findByUsername("ada");
    assert.ok(user);
    assert.equal(user.lastLoginAt, null);
    assert.equal((await storage.associations.ofUser(user.id)).length, 1);
  });

  test(`a step that throws leaves nothing behind (${kind})`, async (t) => {
    const fall = within("fall", () => {
      throw new AuthError("account_not_allowed", { stage: "pipeline" });
    });
    const { storage, browser } = await startWith(t, fall, open(t));
    const answer = await browser().signIn("example");

    assert.equal(answer.status, 403);
    assert.equal(await storage.users.findByUsername("ada"), undefined);
    assert.equal(await storage.associations.find("example", "1"), undefined);
  });
}

test("a fault in a step is a 500 that names the step to the operator only", async (t) => {
  const fall = within("fall-over", () => {
    throw new TypeError("x is undefined");
  });
  const { lines, browser } = await startWith(t, fall);
  const answer = await browser().signIn("example");

  assert.equal(answer.status, 500);
  const page = await answer.text();
  assert.match(page, /application_fault/);
  assert.doesNotMatch(page, /fall-over|undefined/);
  assert.match(JSON.stringify(lines), /step \\"fall-over\\" failed: x is undefined/);
});

test("a refusal with words of the application's own shows them", async (t) => {
  const explanation = { sentence: "Only members get in.", nextStep: "Become a <member>." };
  const no = within("no", () => refuse("no_member", { explanation }));
  const { browser } = await startWith(t, no);
  const answer = await browser().signIn("example");
  assert.equal(answer.status, 403);
  const page = await answer.text();
  assert.match(page, /Only members get in\./);
  assert.match(page, /Become a &#60;member&#62;\./);
  assert.match(page, /Code: no_member/);
});

test("a step after the commit that fails undoes nothing, and is logged", async (t) => {
  const mail = after("send-mail", () => {
    throw new Error("no mail server");
  });
  const { auth, lines, browser } = await startWith(t, mail);
  const person = browser();
  const answer = await person.signIn("example");

  assert.equal(answer.status, 303);
  assert.ok(await auth.user({ headers: { cookie: person.cookieHeader() } }));
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [
      ["error", "a step after the login failed"],
      ["info", "signed in"],
    ],
  );
});

test("a refusal before the transaction writes nothing", async (t) => {
  const no = before("no", () => refuse("account_not_allowed"));
  const { storage, browser } = await startWith(t, no);
  assert.equal(await codeOf(await browser().signIn("example")), "account_not_allowed");
  assert.equal(await storage.users.findByUsername("ada"), undefined);
});

// Each part of the storage that a login uses, out of order.
const outages: readonly ("used" | "associations" | "users" | "sessions")[] = [
  "used",
  "associations",
  "users",
  "sessions",
];
for (const part of outages) {
  test(`a database that fails at "${part}" is a 503 with Retry-After`, async (t) => {
    const inner = memoryStorage();
    const broken = new Proxy({} as never, {
      get: () => async () => {
        throw new StorageUnavailable("disk I/O error");
      },
    });
    const storage: Storage = {
      ...inner,
      [part]: broken,
      transaction: (work) => inner.transaction((tables) => work({ ...tables, [part]: broken })),
    };
    const { browser } = await startSite(t, { storage });
    const answer = await browser().signIn("example");

    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get("retry-after"), "30");
    assert.equal(await codeOf(answer), "storage_unavailable");
    assert.equal(await inner.users.findByUsername("ada"), undefined);
  });
}
