import assert from "node:assert/strict";
import { test } from "node:test";
import { RemoteUser, type RemoteUserSettings } from "../../src/backends/remote-user.ts";
import { AuthError } from "../../src/errors.ts";

// What happens in a login is in its fixture.

const settings = {
  userHeader: "X-Remote-User",
  proxySecret: "what only the proxy and the application know",
};

for (const [setting, changed] of [
  ["userHeader", { userHeader: "" }],
  ["proxySecret", { proxySecret: "short" }],
] as const satisfies [string, RemoteUserSettings][]) {
  test(`${setting} must be set`, () => {
    const backend = new RemoteUser({ ...settings, ...changed });
    assert.throws(
      () => backend.bind({}),
      (error) => error instanceof AuthError && error.message.includes(`"${setting}"`),
    );
  });
}
