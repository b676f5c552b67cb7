import assert from "node:assert/strict";
import { test } from "node:test";
import { OidcAuth } from "../../../src/backends/oidc.ts";
import { failuresOf, fixtureOf } from "../failures.ts";

const fixture = fixtureOf("oidc");

test("a nonce that nobody compares is found", async () => {
  class Forgetful extends OidcAuth {
    protected override verified: OidcAuth["verified"] = (provider, idToken, http, demands) =>
      super.verified(provider, idToken, http, { ...demands, nonce: undefined });
  }
  const failures = await failuresOf((settings) => new Forgetful(settings), fixture);
  assert.deepEqual(
    [...failures.keys()],
    ["refuses an id_token of another login", "refuses an id_token without a nonce"],
  );
});

test("a provider that signs with ES256 passes", async () => {
  const idToken = { claims: {}, ...fixture.idToken, algorithm: "ES256" } as const;
  const failures = await failuresOf((settings) => new OidcAuth(settings), { ...fixture, idToken });
  assert.deepEqual(failures, new Map());
});

test("an algorithm that the backend does not take is found", async () => {
  class Picky extends OidcAuth {
    override readonly jwtAlgorithms = ["EdDSA"];
  }
  const failures = await failuresOf((settings) => new Picky(settings), fixture);
  assert.match(failures.get("finds out who came back") ?? "", /id_token_invalid/);
});
