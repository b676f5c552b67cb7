import assert from "node:assert/strict";
import { test } from "node:test";
import { KeycloakOpenIdConnect } from "../../src/backends/keycloak.ts";
import { bound } from "../backend.ts";

test("without the realm it does not start", () => {
  const settings = { clientId: "me", url: "https://keys.example.net" };
  assert.throws(() => bound(new KeycloakOpenIdConnect(settings)), {
    message: /SOCIAL_AUTH_KEYCLOAK_REALM/,
  });
});
