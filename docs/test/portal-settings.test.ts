import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../../apps/portal/src/settings.ts";
import { page } from "./markdown.ts";

test("portal-settings.md has a row for each variable that the portal reads", () => {
  const given: Record<string, string> = {
    AUTH_PEERINGDB_ENABLED: "true",
    PEERINGDB_OAUTH_CLIENT_ID: "id",
    PEERINGDB_OAUTH_CLIENT_SECRET: "secret",
  };
  const read = new Set<string>();
  const env = new Proxy(given, {
    get(target, name) {
      read.add(String(name));
      return target[String(name)];
    },
  });
  readSettings(env);
  assert.ok(read.size > 5, "the portal reads its settings from what it is given");
  const rows = page("docs/reference/portal-settings.md").lines.join("\n");
  const missing = [...read].filter((name) => !rows.includes(`\n| \`${name}\` |`));
  assert.deepEqual(missing, []);
});
