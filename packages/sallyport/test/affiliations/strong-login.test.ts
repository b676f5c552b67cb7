import assert from "node:assert/strict";
import { test } from "node:test";
import { isStrongLogin } from "../../src/affiliations/index.ts";

// What PeeringDB says for each way to sign in; its documentation has another order.
const logins: readonly (readonly [
  how: string,
  amr: readonly string[] | undefined,
  strong: boolean,
])[] = [
  ["a password", ["pwd"], false],
  ["a password and a one-time code", ["pwd", "otp", "mfa"], true],
  ["a password and a one-time code, as documented", ["pwd", "mfa", "otp"], true],
  ["a password and a security key", ["pwd", "swk", "mfa"], true],
  ["a password and a security key, as documented", ["pwd", "mfa", "swk"], true],
  ["a passkey alone", ["swk"], true],
  ["a passkey and a one-time code", ["swk", "otp", "mfa"], true],
  ["a passkey and a one-time code, as documented", ["mfa", "swk", "otp"], true],
  ["a passkey and another key", ["swk", "swk", "mfa"], true],
  ["a passkey and another key, as documented", ["mfa", "swk", "swk"], true],
  ["two keys without a word about factors", ["swk", "swk"], true],
  ["a security key beside a password, without a word about factors", ["pwd", "swk"], false],
  ["a one-time code alone", ["otp"], false],
  ["a method that nobody knows", ["face"], false],
  ["a method that only looks like one", ["MFA"], false],
  ["nothing, as after a refresh", [], false],
  ["nothing, since the scope was not granted", undefined, false],
];

for (const [how, amr, strong] of logins) {
  test(`${how} is ${strong ? "a" : "no"} strong login`, () => {
    assert.equal(isStrongLogin(amr), strong);
  });
}
