import assert from "node:assert/strict";
import { createVerify, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { SamlAuth, type SamlIdp, type SamlSettings } from "../../src/protocols/saml.ts";
import { bound, departure } from "../backend.ts";
import { fieldsOf } from "../oidc/independent-provider.ts";
import {
  acmeKeys,
  ada,
  otherKeys,
  ourEntityId,
  ourKeys,
  respond,
  startIdentityProvider,
} from "../saml/identity-provider.ts";
import { acme, acs, inOrder, other, settings, startSaml } from "../saml/saml-site.ts";
import { codeOf, origin, startSite } from "../site.ts";

test("a person signs in at an identity provider that we did not write", async (t) => {
  const url = await startIdentityProvider(t);
  const { site } = await startSaml(t, { enabledIdps: { acme: { ...acme, url } } });
  const browser = site.browser();
  // With one identity provider nobody is asked for theirs.
  const left = await browser.get("/auth/login/saml?next=/ports");
  const location = left.headers.get("location") ?? "";
  assert.ok(location.startsWith(url), location);

  // It refuses a request that is not signed with our key.
  const page = await (await fetch(location)).text();
  const action = /action="([^"]+)"/.exec(page)?.[1];
  const fields = new URLSearchParams(
    [...page.matchAll(/name="(SAMLResponse|RelayState)"\s+value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value],
    ),
  );
  assert.equal(action, acs);
  const posted = await browser.post(acs, { "sec-fetch-site": "cross-site" }, fields);
  assert.equal(posted.status, 200, "without our cookies our own page posts it again");
  const back = await browser.post(acs, undefined, fieldsOf(await posted.text()));
  assert.deepEqual([back.status, back.headers.get("location")], [303, "/ports"]);

  const { user } = await (await browser.get("/auth/session")).json();
  assert.equal(user.username, "ada");
  const [association] = await site.storage.associations.ofUser(user.id);
  assert.equal(association?.uid, "acme:ada");
  assert.equal(association?.extraData.name_id, ada.nameId);
  assert.equal(association?.extraData.session_index, "_session-1");
});

test("the request is signed, names us, and carries the state as RelayState", async (t) => {
  const { leave } = await startSaml(t);
  const { location, request, requestId, relayState } = await leave();
  assert.match(requestId, /^_[\w-]{43}$/);
  assert.match(relayState, /^[\w-]{43}$/);
  assert.equal(
    location.searchParams.get("SigAlg"),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  );
  const signed = location.search.slice(1).split("&Signature=")[0] ?? "";
  const signature = location.searchParams.get("Signature") ?? "";
  const verify = createVerify("sha256").update(signed);
  assert.ok(verify.verify(new X509Certificate(ourKeys.cert).publicKey, signature, "base64"));
  assert.match(request, new RegExp(`<saml:Issuer[^>]*>${ourEntityId}</saml:Issuer>`));
  assert.match(request, new RegExp(`AssertionConsumerServiceURL="${acs}"`));
  assert.doesNotMatch(request, /RequestedAuthnContext/);
});

test("without a key the request is not signed, and a format may be asked for", async () => {
  const nameIdFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
  const { spEntityId, enabledIdps } = settings;
  const backend = bound(new SamlAuth({ spEntityId, enabledIdps, spExtra: { nameIdFormat } }));
  const { url } = await departure(backend, "the-state", { idp: "other" });
  assert.equal(url.host, "idp.other.example");
  assert.deepEqual([...url.searchParams.keys()], ["SAMLRequest", "RelayState"]);
  assert.match(backend.metadata(acs).text, new RegExp(`<NameIDFormat>${nameIdFormat}<`));
});

test("with several identity providers the person is asked, or the link says", async (t) => {
  const { site, leave } = await startSaml(t);
  const page = await (await site.browser().get("/auth/login/saml")).text();
  assert.match(page, /<label>Your organisation <input name="idp"/);
  assert.equal((await leave("/auth/login/saml?idp=other")).location.host, "idp.other.example");
  for (const name of ["nobody", "__proto__", "toString"]) {
    const refused = await site.browser().get(`/auth/login/saml?idp=${name}`);
    assert.deepEqual([refused.status, await codeOf(refused)], [400, "data_invalid"]);
  }
});

test("identity providers may be kept elsewhere", async (t) => {
  class StoredSaml extends SamlAuth {
    override async getIdp(name: string): Promise<SamlIdp | undefined> {
      return name.includes("stored") ? other : undefined;
    }
  }
  const { spEntityId } = settings;
  const site = await startSite(t, { backends: () => [new StoredSaml({ spEntityId })] });
  const left = await site.browser().get("/auth/login/saml?idp=stored");
  assert.match(left.headers.get("location") ?? "", /^https:\/\/idp\.other\.example\/sso/);
  // Its accounts could be those of another, called "stored".
  const refused = await site.browser().get("/auth/login/saml?idp=stored:1");
  assert.equal(await codeOf(refused), "settings_invalid");
});

test("what the attributes say becomes the person's details", async (t) => {
  const { site, signIn } = await startSaml(t);
  assert.equal((await signIn()).status, 303);
  const [user] = await site.storage.users.findByEmail("ada@acme.example");
  assert.equal(user?.fullName, "Ada Lovelace");
  assert.equal(user?.emailVerified, false);
});

for (const [what, idp, attributes, details] of [
  [
    "the usual names of Microsoft's",
    {},
    {
      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": "ada@acme.example",
      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "ada",
      "http://schemas.microsoft.com/identity/claims/displayname": "Ada Lovelace",
    },
    { username: "ada", email: "ada@acme.example", fullName: "Ada Lovelace" },
  ],
  [
    "plain names",
    {},
    { mail: "ada@acme.example", uid: "ada", givenName: "Ada", sn: "Lovelace" },
    { username: "ada", email: "ada@acme.example", fullName: "Ada Lovelace" },
  ],
  [
    "the names in the settings, and nothing that is switched off",
    { attrUsername: "nick", attrEmail: null, attrFullName: "whole" },
    { nick: "countess", mail: "ada@acme.example", whole: "Ada Lovelace", cn: "nobody" },
    { username: "countess", email: undefined, fullName: "Ada Lovelace" },
  ],
] as const) {
  test(`details are read by ${what}`, () => {
    const backend = bound(new SamlAuth(settings));
    const values = Object.entries(attributes).map(([name, value]) => [name, [value]] as const);
    const profile = { idp: "acme", nameId: "1", attributes: Object.fromEntries(values) };
    assert.deepEqual(backend.getUserDetails(profile, { ...acme, ...idp }), {
      ...details,
      emailVerified: false,
      firstName: "Ada",
      lastName: "Lovelace",
    });
  });
}

test("an address is verified where the operator says that the identity provider's word counts", () => {
  const backend = bound(new SamlAuth(settings));
  const profile = { idp: "acme", nameId: "1", attributes: { mail: ["ada@acme.example"] } };
  const trusting = backend.getUserDetails(profile, { ...acme, emailVerified: true });
  assert.equal(trusting.emailVerified, true);
});

test("an account is its identity provider's, and its permanent id's", async (t) => {
  const { site, signIn } = await startSaml(t, {
    enabledIdps: { acme: { ...acme, attrUserPermanentId: "employee" } },
    extraData: [{ department: "unit" }],
  });
  const employee = { ...ada, attributes: { employee: "0042", department: "Engines" } };
  assert.equal((await signIn({}, undefined, employee)).status, 303);
  const found = await site.storage.associations.find("saml", "acme:0042");
  assert.deepEqual(found?.extraData.unit, ["Engines"]);

  const left = await signIn();
  assert.deepEqual([left.status, await codeOf(left)], [502, "attribute_missing"]);
});

test("a name identifier counts as permanent, unless it says that it is not", async (t) => {
  const { site, signIn } = await startSaml(t);
  const nobody = { nameId: "n-1", attributes: {} };
  assert.equal((await signIn({}, undefined, nobody)).status, 303);
  assert.ok(await site.storage.associations.find("saml", "acme:n-1"));
  const nameIdentifierFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
  const refused = await signIn({ nameIdentifierFormat }, undefined, nobody);
  assert.deepEqual([refused.status, await codeOf(refused)], [502, "uid_missing"]);
});

test("a name identifier may be named as the permanent id", async (t) => {
  const idp = { ...acme, attrUserPermanentId: "name_id" };
  const { site, signIn } = await startSaml(t, { enabledIdps: { acme: idp } });
  assert.equal((await signIn()).status, 303);
  assert.ok(await site.storage.associations.find("saml", `acme:${ada.nameId}`));
});

test("while an identity provider changes its key, both certificates count", async (t) => {
  const certs = [otherKeys.cert, acmeKeys.cert.replace(/-----[^-]+-----/g, "").replace(/\n/g, "")];
  const { signIn } = await startSaml(t, { enabledIdps: { acme: { ...acme, certs } } });
  assert.equal((await signIn()).status, 303);
  assert.equal((await signIn(otherKeys)).status, 303);
});

test("a clock that is a little off does no harm", async (t) => {
  const { clock, leave, comeBack } = await startSaml(t);
  for (const ahead of [-50, 340]) {
    clock.ahead = ahead;
    const left = await leave();
    assert.equal((await comeBack(left, await respond(inOrder(left)))).status, 303, `${ahead}`);
  }
});

test("the metadata say who we are", async (t) => {
  const { site } = await startSaml(t, {
    orgInfo: { en: { name: "IX", displayName: "The <IX>", url: "https://ix.example" } },
    technicalContact: { givenName: "Grace", emailAddress: "noc@ix.example" },
    supportContact: { givenName: "Joan", emailAddress: "help@ix.example" },
  });
  const answer = await site.browser().get("/auth/metadata/saml");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/samlmetadata+xml");
  const text = await answer.text();
  for (const part of [
    `entityID="${ourEntityId}"`,
    'WantAssertionsSigned="true"',
    'AuthnRequestsSigned="true"',
    `Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${acs}"`,
    '<OrganizationDisplayName xml:lang="en">The &lt;IX&gt;<',
    '<ContactPerson contactType="technical">',
    "<EmailAddress>mailto:help@ix.example<",
  ]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  const certificate = /<ds:X509Certificate>([^<]+)</.exec(text)?.[1]?.replace(/\s/g, "") ?? "";
  const published = new X509Certificate(Buffer.from(certificate, "base64"));
  assert.equal(published.fingerprint256, new X509Certificate(ourKeys.cert).fingerprint256);
  assert.doesNotMatch(text, /PRIVATE|SingleLogoutService/);
});

for (const [what, wrong, because] of [
  ["an entity id of ours", { spEntityId: undefined }, /SOCIAL_AUTH_SAML_SP_ENTITY_ID/],
  ["a certificate for its key", { spPublicCert: undefined }, /both, or neither/],
  ["usable names", { enabledIdps: { "a:b": acme } }, /"a:b": its name/],
  ["names without spaces", { enabledIdps: { "a b": acme } }, /"a b": its name/],
  ["entity ids", { enabledIdps: { acme: { ...acme, entityId: "" } } }, /entityId/],
  ["addresses", { enabledIdps: { acme: { ...acme, url: "javascript:1" } } }, /url/],
  ["certificates", { enabledIdps: { acme: { ...acme, certs: [] } } }, /certs/],
  ["readable certificates", { enabledIdps: { acme: { ...acme, certs: "?" } } }, /certs/],
] as const satisfies readonly (readonly [string, SamlSettings, RegExp])[]) {
  test(`a backend without ${what} does not start`, () => {
    assert.throws(() => bound(new SamlAuth({ ...settings, ...wrong })), {
      code: "settings_invalid",
      message: because,
    });
  });
}

test("texts of the settings may come from the environment", () => {
  const backend = bound(new SamlAuth({ enabledIdps: { acme } }), {
    SOCIAL_AUTH_SAML_SP_ENTITY_ID: ourEntityId,
    SOCIAL_AUTH_SAML_SP_PRIVATE_KEY: ourKeys.key,
    SOCIAL_AUTH_SAML_SP_PUBLIC_CERT: ourKeys.cert,
  });
  const { text } = backend.metadata(`${origin}/auth/complete/saml`);
  assert.match(text, /AuthnRequestsSigned="true"/);
});
