import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleLogger } from "../src/logger.ts";

for (const level of ["info", "warn", "error"] as const) {
  test(`what is said at "${level}" is one line of the console`, (t) => {
    const said = t.mock.method(console, level, () => {});
    consoleLogger[level]("a login failed", { code: "state_used", message: "two\nlines" });
    consoleLogger[level]("without facts");
    assert.deepEqual(
      said.mock.calls.map((call) => call.arguments),
      [['a login failed {"code":"state_used","message":"two\\nlines"}'], ["without facts"]],
    );
  });
}
