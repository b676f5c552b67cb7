import assert from "node:assert/strict";
import { test } from "node:test";
import { OidcAuth } from "../../src/backends/oidc.ts";
import { bound } from "../backend.ts";

test("without the issuer it does not start", () => {
  assert.throws(() => bound(new OidcAuth({ clientId: "me" })), {
    code: "settings_invalid",
    message: /SOCIAL_AUTH_OIDC_OIDC_ENDPOINT/,
  });
});
