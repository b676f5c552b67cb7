import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { AuthError, catalogue, type ErrorCode } from "../src/errors.ts";

const codes = Object.keys(catalogue) as ErrorCode[];
const page = new URL("../../../docs/reference/errors.md", import.meta.url);

test("every code has its paragraph in docs/reference/errors.md", () => {
  assert.ok(existsSync(page), "docs/reference/errors.md is there");
  const text = readFileSync(page, "utf8");
  const undocumented = codes.filter((code) => !text.includes(`\`${code}\``));
  assert.deepEqual(undocumented, []);
});

for (const code of codes) {
  test(`${code} has two sentences for the person, and a fitting status`, () => {
    const { status, sentence, nextStep } = catalogue[code];
    assert.ok([400, 401, 403, 404, 405, 409, 413, 429, 500, 502, 503].includes(status));
    for (const words of [sentence, nextStep]) assert.match(words, /^[A-Z].*\.$/);
    assert.equal(status === 500, ["settings_invalid", "application_fault"].includes(code));
  });
}

test("an error takes status and words from its code", () => {
  const error = new AuthError("state_missing", { stage: "state", backend: "example" });
  assert.ok(error instanceof Error);
  assert.equal(error.name, "AuthError");
  assert.equal(error.status, 400);
  assert.equal(error.message, catalogue.state_missing.sentence);
  assert.equal(error.explanation.nextStep, catalogue.state_missing.nextStep);
  assert.equal(error.retryAfter, undefined);
});

test("the operator's message and the cause are kept apart from the person's words", () => {
  const cause = new Error("the reason");
  const error = new AuthError("token_refused", { stage: "profile", message: "status 403", cause });
  assert.equal(error.message, "status 403");
  assert.equal(error.cause, cause);
  assert.equal(error.explanation.sentence, catalogue.token_refused.sentence);
});

test("a code of an application's own is a fault unless it says otherwise", () => {
  const bare = new AuthError("no_member", { stage: "pipeline" });
  assert.deepEqual([bare.code, bare.status], ["no_member", 500]);
  const explanation = { sentence: "No member.", nextStep: "Become one." };
  const worded = new AuthError("no_member", { stage: "pipeline", status: 403, explanation });
  assert.deepEqual([worded.status, worded.message], [403, "No member."]);
});

test("names of Object's own are no codes", () => {
  assert.equal(new AuthError("constructor", { stage: "pipeline" }).status, 500);
});

test("whoever gets a 503 is told when to come back", () => {
  assert.equal(new AuthError("storage_unavailable", { stage: "storage" }).retryAfter, 30);
  assert.equal(new AuthError("provider_busy", { stage: "token", retryAfter: 5 }).retryAfter, 5);
});
