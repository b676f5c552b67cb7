import assert from "node:assert/strict";
import { test } from "node:test";
import { OktaOpenIdConnect } from "../../src/backends/okta.ts";
import { bound } from "../backend.ts";

test("without the issuer it does not start", () => {
  assert.throws(() => bound(new OktaOpenIdConnect({ clientId: "me" })), {
    code: "settings_invalid",
    message: /SOCIAL_AUTH_OKTA_OPENIDCONNECT_OIDC_ENDPOINT/,
  });
});
