import assert from "node:assert/strict";
import { test } from "node:test";
import type { BaseAuth } from "../../src/index.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { UnprovenOAuth2 } from "../settings/backends.ts";
import { ExampleOAuth2 } from "../site.ts";

const details = { username: "ada", email: "ada@example.net", emailVerified: true };

function given(backend: BaseAuth): unknown {
  // The step looks at these only.
  const may = { backend };
  return socialDetails.run({ identity: { details } } as never, may as never);
}

test("what the provider says stands as it is", () => {
  assert.deepEqual(given(new ExampleOAuth2()), { details });
});

test("no address of a provider that proves none counts as verified", () => {
  assert.deepEqual(given(new UnprovenOAuth2()), { details: { ...details, emailVerified: false } });
});
