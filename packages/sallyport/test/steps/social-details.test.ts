import assert from "node:assert/strict";
import { test } from "node:test";
import { socialDetails } from "../../src/steps/social-details.ts";

const details = { username: "ada", email: "ada@example.net", emailVerified: true };

function given(requiresEmailValidation: boolean): unknown {
  // The step looks at these only.
  const may = { backend: { requiresEmailValidation } };
  return socialDetails.run({ identity: { details } } as never, may as never);
}

test("what the provider says stands as it is", () => {
  assert.deepEqual(given(false), { details });
});

test("no address of a provider that proves none counts as verified", () => {
  assert.deepEqual(given(true), { details: { ...details, emailVerified: false } });
});
