import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ResponseOptions } from "samlp";
import { ada, otherKeys, ourKeys, respond } from "../saml/identity-provider.ts";
import { acme, acs, inOrder, other, startSaml } from "../saml/saml-site.ts";
import { codeOf } from "../site.ts";

// What an answer may not be: SAML 2.0, profiles, section 4.1.4, and what is known of attacks on
// its signatures (https://www.usenix.org/system/files/conference/usenixsecurity12/sec12-final91.pdf).

type Change = (response: string) => string;

/** A login with this answer is refused, and nobody has signed in. */
async function refused(
  t: TestContext,
  because: RegExp,
  options: Partial<ResponseOptions>,
  change?: Change,
) {
  const { site, signIn } = await startSaml(t);
  const answer = await signIn(options, change);
  assertRefused(answer, site.lines.at(-1)?.facts, because);
  assert.equal(await codeOf(answer), "callback_invalid");
  assert.equal(await site.storage.associations.find("saml", "acme:ada"), undefined);
}

function assertRefused(answer: Response, facts: unknown, because: RegExp) {
  assert.equal(answer.status, 400, JSON.stringify(facts));
  assert.match(String(Object(facts).message), because);
}

for (const [what, because, options] of [
  ["for another audience", /audience/, { audience: "https://another.example" }],
  ["without an audience", /audience/, { audience: "" }],
  ["for another recipient", /Recipient/, { recipient: `${acs}-of-another` }],
  ["without a recipient", /Recipient/, { recipient: "" }],
  ["for another destination", /Destination/, { destination: "https://another.example/acs" }],
  ["that has expired", /expired/, { lifetimeInSeconds: -61 }],
  ["that answers nothing", /does not answer/, { inResponseTo: undefined }],
  ["to another request", /InResponseTo/, { inResponseTo: "_another" }],
  ["by another identity provider", /Issuer/, { issuer: other.entityId }],
  ["signed with another key", /signature/, otherKeys],
  ["signed with our own key", /signature/, ourKeys],
  ["that is not signed", /signature/, { signAssertion: false }],
  ["signed around the assertion only", /signature/, { signAssertion: false, signResponse: true }],
  ["signed by SHA-1", /algorithm/, { signatureAlgorithm: "rsa-sha1" }],
  ["digested by SHA-1", /algorithm/, { digestAlgorithm: "sha1" }],
  [
    "that is encrypted",
    /encrypted/,
    { encryptionCert: ourKeys.cert, encryptionPublicKey: ourKeys.cert },
  ],
] as const) {
  test(`an answer ${what} is refused`, (t) => refused(t, because, options));
}

/** The assertion of a response, and the response without it. */
function taken(response: string): { readonly assertion: string; readonly rest: string } {
  const assertion = /<saml:Assertion.*<\/saml:Assertion>/s.exec(response)?.[0] ?? "";
  assert.notEqual(assertion, "");
  return { assertion, rest: response.replace(assertion, "") };
}

/** The same for another person, with the signature that it had. */
function forged(assertion: string): string {
  return assertion
    .replaceAll(">ada<", ">root<")
    .replace(`>${ada.nameId}<`, ">root<")
    .replace(/ ID="_/, ' ID="_forged');
}

const unsigned = (assertion: string) => assertion.replace(/<Signature.*<\/Signature>/s, "");
const intoRoot = (rest: string, ...parts: readonly string[]) =>
  rest.replace("</samlp:Response>", `${parts.join("")}</samlp:Response>`);
const signature = /<Signature.*<\/Signature>/s;
const extensions = (content: string) => `<samlp:Extensions>${content}</samlp:Extensions>`;

for (const [what, because, change] of [
  ["whose text was changed", /signature/, (response) => response.replaceAll(">ada<", ">root<")],
  [
    "whose attributes have company that is not signed",
    /signature/,
    (response) =>
      response.replace(
        "</saml:AttributeStatement>",
        '$&<saml:AttributeStatement><saml:Attribute Name="x"><saml:AttributeValue>y</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
      ),
  ],
  [
    "with attributes beside the assertion that are not in it",
    /signature/,
    (response) => {
      const { assertion, rest } = taken(response);
      const [statement = ""] = /<saml:AttributeStatement.*<\/saml:AttributeStatement>/s.exec(
        assertion,
      ) ?? [""];
      return intoRoot(rest, assertion.replace(statement, ""), statement);
    },
  ],
  [
    "with a second assertion before the signed one",
    /2 assertions/,
    (response) => {
      const { assertion, rest } = taken(response);
      return intoRoot(rest, unsigned(forged(assertion)), assertion);
    },
  ],
  [
    "with a second assertion behind the signed one",
    /2 assertions/,
    (response) => {
      const { assertion, rest } = taken(response);
      return intoRoot(rest, assertion, unsigned(forged(assertion)));
    },
  ],
  [
    "whose signed assertion was moved to make room for another",
    /2 assertions/,
    (response) => {
      const { assertion, rest } = taken(response);
      return intoRoot(rest, extensions(assertion), forged(assertion));
    },
  ],
  [
    "whose signed assertion lies in the signature of another",
    /2 assertions/,
    (response) => {
      const { assertion, rest } = taken(response);
      const inside = `<Object>${unsigned(assertion)}</Object></Signature>`;
      return intoRoot(
        rest,
        forged(assertion).replace("</Signature>", inside.replaceAll("$", "$$$$")),
      );
    },
  ],
  [
    "whose signed assertion lies within another",
    /2 assertions/,
    (response) => {
      const { assertion, rest } = taken(response);
      const around = forged(unsigned(assertion)).replace("</saml:Assertion>", "");
      return intoRoot(rest, around, assertion, "</saml:Assertion>");
    },
  ],
  [
    "whose assertion was hidden under another name, with a forged one in its place",
    /signature/,
    (response) => {
      const { assertion, rest } = taken(response);
      const hidden = assertion.replaceAll("saml:Assertion", "saml:Other");
      return intoRoot(rest, extensions(hidden), forged(assertion));
    },
  ],
  [
    "whose signature stands beside the assertion",
    /signature/,
    (response) => {
      const { assertion, rest } = taken(response);
      const moved = signature.exec(assertion)?.[0] ?? "";
      return intoRoot(rest, moved, unsigned(assertion));
    },
  ],
  [
    "with a document type",
    /markup that is not read here/,
    (response) => `<!DOCTYPE r [<!ENTITY e "root">]>${response}`,
  ],
  ["with an entity", /entity/, (response) => response.replace(">ada<", ">&e;<")],
  [
    "with a processing instruction",
    /markup that is not read here/,
    (response) => response.replace(">ada<", "><?x y?>ada<"),
  ],
  [
    "that is too deep",
    /levels/,
    (response) => intoRoot(response, extensions("<a>".repeat(40) + "</a>".repeat(40))),
  ],
  [
    "that would take long to verify",
    /more than 2000 nodes/,
    (response) => intoRoot(response, extensions("<a/>".repeat(2000))),
  ],
  ["that is another document", /no response/, () => "<html/>"],
  ["that is no document", /text outside the root/, () => "ada"],
  ["that has nothing in it", /one SAMLResponse/, () => ""],
] as const satisfies readonly (readonly [string, RegExp, Change])[]) {
  test(`an answer ${what} is refused`, (t) => refused(t, because, {}, change));
}

test("a comment in a text does not cut it short", async (t) => {
  const { site, signIn } = await startSaml(t);
  const attributes = { "urn:oid:0.9.2342.19200300.100.1.1": "root.example" };
  const person = { nameId: "root.example", attributes };
  // The signature does not cover comments, so it still holds.
  const change: Change = (response) =>
    response.replaceAll(">root.example<", ">root<!---->.example<");
  assert.equal((await signIn({}, change, person)).status, 303);
  assert.equal(await site.storage.associations.find("saml", "acme:root"), undefined);
  const kept = await site.storage.associations.find("saml", "acme:root.example");
  assert.equal(kept?.extraData.name_id, "root.example");
});

test("an assertion that nobody asked for does not become an answer by what is around it", async (t) => {
  const { site, leave, comeBack } = await startSaml(t);
  const left = await leave();
  const response = await respond({ ...inOrder(left), inResponseTo: undefined });
  const around = `<samlp:Response InResponseTo="${left.requestId}" `;
  const answer = await comeBack(left, response.replace("<samlp:Response ", around));
  assertRefused(answer, site.lines.at(-1)?.facts, /does not answer/);
});

test("the answer to one login is none to another", async (t) => {
  const { site, leave, comeBack } = await startSaml(t);
  const [one, two] = [await leave(), await leave()];
  const answer = await comeBack(two, await respond(inOrder(one)));
  assertRefused(answer, site.lines.at(-1)?.facts, /InResponseTo/);

  // Nor with the request's name changed where it is not signed.
  const [three, four] = [await leave(), await leave()];
  const response = await respond(inOrder(three));
  const renamed = response.replace(
    / InResponseTo="[^"]+"(?=[^>]*Destination)/,
    ` InResponseTo="${four.requestId}"`,
  );
  assert.notEqual(renamed, response);
  const second = await comeBack(four, renamed);
  assertRefused(second, site.lines.at(-1)?.facts, /does not answer/);
});

test("another identity provider's answer does not sign its people in as Acme's", async (t) => {
  const { site, signIn } = await startSaml(t);
  const byOther = { ...otherKeys, issuer: other.entityId };
  assertRefused(await signIn(byOther), site.lines.at(-1)?.facts, /Issuer/);
  const disguised = await signIn(byOther, (response) =>
    response.replace(other.entityId, acme.entityId),
  );
  assertRefused(disguised, site.lines.at(-1)?.facts, /signature/);
});

test("two identity providers of one key are told apart by their names", async (t) => {
  const { site, signIn } = await startSaml(t, {
    enabledIdps: { acme, other: { ...other, certs: acme.certs } },
  });
  const answer = await signIn({ issuer: other.entityId }, (response) =>
    response.replace(other.entityId, acme.entityId),
  );
  assertRefused(answer, site.lines.at(-1)?.facts, /another identity provider/);
});

test("an assertion counts once, whichever login brings it", async (t) => {
  const { site, leave, comeBack } = await startSaml(t);
  const left = await leave();
  const response = await respond(inOrder(left));
  assert.equal((await comeBack(left, response)).status, 303);
  const again = await comeBack(left, response);
  assert.equal(again.status, 400);

  // The state was used up, which is the first lock. This is the second.
  const id = / ID="(_[^"]+)"/.exec(taken(response).assertion)?.[1];
  const { used } = site.storage;
  const tomorrow = new Date(Date.now() + 86_400_000);
  assert.equal(await used.add(`saml ${acme.entityId} ${id}`, tomorrow, new Date()), false);
});

test("an assertion that was used elsewhere is refused", async (t) => {
  const { site, leave, comeBack } = await startSaml(t);
  const left = await leave();
  const response = await respond(inOrder(left));
  const id = / ID="(_[^"]+)"/.exec(taken(response).assertion)?.[1];
  const tomorrow = new Date(Date.now() + 86_400_000);
  await site.storage.used.add(`saml ${acme.entityId} ${id}`, tomorrow, new Date());
  assertRefused(await comeBack(left, response), site.lines.at(-1)?.facts, /used before/);
});

test("an assertion that is older than its end, by our clock, is refused", async (t) => {
  const { site, clock, leave, comeBack } = await startSaml(t);
  for (const [ahead, because] of [
    [361, /expired/],
    [-61, /not valid yet/],
  ] as const) {
    clock.ahead = ahead;
    const left = await leave();
    const answer = await comeBack(left, await respond(inOrder(left)));
    assertRefused(answer, site.lines.at(-1)?.facts, because);
  }
});

test("what the identity provider refused is said in its own words", async (t) => {
  const { site, signIn } = await startSaml(t);
  const answer = await signIn({
    samlStatusCode: "urn:oasis:names:tc:SAML:2.0:status:Responder",
  });
  assert.deepEqual([answer.status, await codeOf(answer)], [502, "provider_refused"]);
  assert.match(JSON.stringify(site.lines.at(-1)?.facts), /answered Responder/);
});

test("RelayState leads nowhere, and without the login's own nobody signs in", async (t) => {
  const { leave, comeBack } = await startSaml(t);
  const left = await leave();
  const response = await respond(inOrder(left));
  for (const relayState of ["https://evil.example/", ""]) {
    const answer = await comeBack({ ...left, relayState }, response);
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get("location"), null);
  }
  assert.equal((await comeBack(left, response)).headers.get("location"), "/");
});

test("an answer to an identity provider that is gone is refused", async (t) => {
  const enabledIdps = { acme, other };
  const { site, leave, comeBack } = await startSaml(t, { enabledIdps });
  const left = await leave();
  Reflect.deleteProperty(enabledIdps, "acme");
  const answer = await comeBack(left, await respond(inOrder(left)));
  assertRefused(answer, site.lines.at(-1)?.facts, /no longer/);
});
