import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveJournalOpenId } from "../../src/backends/livejournal.ts";
import { bound, departure, failureOf } from "../backend.ts";

// What happens in a login is in its fixture.

test("an underscore is a hyphen in a journal's address", () => {
  const backend = bound(new LiveJournalOpenId());
  assert.equal(backend.openidUrl({ openid_lj_user: "Foo_Bar" }), "https://foo-bar.livejournal.com");
});

for (const name of [
  "",
  "a.b",
  "evil.example/",
  "a@evil.example",
  "a:80",
  "127.0.0.1#",
  "a b",
  "_a",
  "a_",
  "ä",
]) {
  test(`"${name}" is no user name, and nobody is asked`, async () => {
    const backend = bound(new LiveJournalOpenId());
    const failure = await failureOf(departure(backend, "state", { openid_lj_user: name }));
    assert.deepEqual([failure.code, failure.stage], ["data_invalid", "begin"]);
  });
}
