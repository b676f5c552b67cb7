import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkAuthentication,
  extensionFields,
  parseKeyValues,
  signedPart,
  toMessage,
} from "../../src/wire/openid-message.ts";

test("a message is the parameters that begin with openid., each there once", () => {
  const fields = toMessage(
    new URLSearchParams("redirect_state=s&openid.mode=id_res&openid.sig=a%2B"),
  );
  assert.deepEqual(
    [...(fields ?? [])],
    [
      ["mode", "id_res"],
      ["sig", "a+"],
    ],
  );
  assert.equal(toMessage(new URLSearchParams("openid.mode=id_res&openid.mode=cancel")), undefined);
});

test("key-value form is read to the letter", () => {
  // The example of section 4.1.3, where the values have colons of their own.
  const text =
    "mode:error\nerror:This is an example message\nns:http://specs.openid.net/auth/2.0\n";
  const fields = parseKeyValues(text);
  assert.equal(fields?.get("ns"), "http://specs.openid.net/auth/2.0");
  assert.equal(fields?.get("error"), "This is an example message");
  assert.equal(parseKeyValues("is_valid: true\n")?.get("is_valid"), " true");
  assert.equal(parseKeyValues("is_valid:true\r\n")?.get("is_valid"), "true\r");
});

for (const text of ["is_valid\n", ":true\n", "is_valid:true\nis_valid:true\n", "<html>"]) {
  test(`${JSON.stringify(text)} is no key-value form`, () => {
    assert.equal(parseKeyValues(text), undefined);
  });
}

test("only fields that are listed are signed", () => {
  const message = new Map([
    ["signed", "identity,sreg.email,absent"],
    ["identity", "https://ada.example/"],
    ["sreg.email", "ada@example.com"],
    ["sreg.nickname", "root"],
  ]);
  assert.deepEqual([...signedPart(message).keys()], ["identity", "sreg.email"]);
  message.delete("signed");
  assert.equal(signedPart(message).size, 0);
});

test("an extension is found by its namespace, whatever its alias is", () => {
  const fields = extensionFields(
    new Map([
      ["ns.a", "urn:one"],
      ["ns.ab", "urn:two"],
      ["a.email", "one@example.com"],
      ["ab.email", "two@example.com"],
      ["sreg.email", "no@example.com"],
    ]),
    "urn:two",
  );
  assert.deepEqual([...fields], [["email", "two@example.com"]]);
  assert.equal(extensionFields(new Map([["sreg.email", "a@example.com"]]), "urn:one").size, 0);
});

test("the question to the OP is its own answer under another mode", () => {
  const asked = checkAuthentication(
    new Map([
      ["ns", "n"],
      ["mode", "id_res"],
      ["sig", "a+b="],
    ]),
  );
  assert.equal(
    asked.toString(),
    "openid.ns=n&openid.mode=check_authentication&openid.sig=a%2Bb%3D",
  );
});
