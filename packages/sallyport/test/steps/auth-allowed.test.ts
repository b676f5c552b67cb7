import assert from "node:assert/strict";
import { test } from "node:test";
import type { UserDetails } from "../../src/identity.ts";
import { Refusal } from "../../src/step.ts";
import { type AllowedPeople, authAllowed } from "../../src/steps/auth-allowed.ts";
import { ExampleOAuth2 } from "../site.ts";

const backend = new ExampleOAuth2();

/** Whether a list lets this address in. */
async function lets(list: AllowedPeople, email?: string, emailVerified = true): Promise<boolean> {
  const details: UserDetails = { email, emailVerified };
  // The step looks at the details and the settings only.
  const outcome = await authAllowed(list).run({ details }, { backend } as never);
  if (!(outcome instanceof Refusal)) return true;
  assert.equal(outcome.error.code, "account_not_allowed");
  return false;
}

test("without a list everybody gets in, verified or not", async () => {
  assert.ok(await lets({}));
  assert.ok(await lets({ emails: [], domains: [] }, "ada@example.net", false));
});

test("an address on the list gets in, however it is capitalised", async () => {
  assert.ok(await lets({ emails: ["Ada@Example.net"] }, "aDA@exAmple.NET"));
  assert.ok(!(await lets({ emails: ["ada@example.net"] }, "bob@example.net")));
});

test("an address that nobody verified is on no list", async () => {
  assert.ok(!(await lets({ emails: ["ada@example.net"] }, "ada@example.net", false)));
  assert.ok(!(await lets({ domains: ["example.net"] }, "ada@example.net", false)));
});

for (const email of [undefined, "", "example.net", "@", "ada", "ada@"]) {
  test(`"${email}" is on no list`, async () => {
    assert.ok(!(await lets({ emails: ["ada@example.net"], domains: ["example.net"] }, email)));
  });
}

for (const [email, expected] of [
  ["ada@example.net", true],
  ["ada@EXAMPLE.net", true],
  ["ada@sub.example.net", false],
  ["ada@example.net.evil.example", false],
  ["ada@evil-example.net", false],
  ["ada@evil.example@example.net", false],
  ["ada@example.net@evil.example", false],
  ["ada＠evil.example@example.net", false],
] as const) {
  test(`the domain example.net ${expected ? "lets" : "does not let"} ${email} in`, async () => {
    assert.equal(await lets({ domains: ["example.net"] }, email), expected);
  });
}

test("either list is enough", async () => {
  const list = { emails: ["ada@example.org"], domains: ["example.net"] };
  assert.ok(await lets(list, "ada@example.org"));
  assert.ok(await lets(list, "bob@example.net"));
  assert.ok(!(await lets(list, "bob@example.org")));
});
