export const suffix = "OpenId";

export function classOf({ name, title, className }) {
  return `import type { DataField } from "../backend.ts";
import type { UserDetails } from "../identity.ts";
import { OpenIdAuth, type OpenIdProfile } from "../protocols/openid.ts";

/** ${title}: https://example.com/the-page-that-says-so */
export class ${className} extends OpenIdAuth {
  override readonly name: string = "${name}";
  override readonly title: string = "${title}";
  override readonly url: string = "https://example.com/openid";
  // Nobody is asked for an identifier: the provider knows its people.
  override readonly dataFields: readonly DataField[] = [];

  override getUserDetails(profile: OpenIdProfile): UserDetails {
    const username = new URL(profile.identityUrl).pathname.split("/").at(-1);
    return { ...super.getUserDetails(profile), username };
  }
}
`;
}

const openId2 = "http://specs.openid.net/auth/2.0";
const endpoint = "https://example.com/openid/login";
const person = "https://example.com/people/ada";

export function fixture() {
  const signed = ["op_endpoint", "claimed_id", "identity", "return_to", "response_nonce"];
  return {
    settings: {},
    departure: {
      host: "example.com",
      path: "/openid/login",
      parameters: {
        "openid.ns": openId2,
        "openid.mode": "checkid_setup",
        "openid.claimed_id": `${openId2}/identifier_select`,
        "openid.identity": `${openId2}/identifier_select`,
        "openid.return_to": "{redirect_uri}",
        "openid.realm": "https://app.example/",
        "openid.ns.sreg": "http://openid.net/extensions/sreg/1.1",
        "openid.sreg.optional": "email,fullname,nickname",
      },
    },
    callback: {
      "openid.ns": openId2,
      "openid.mode": "id_res",
      "openid.op_endpoint": endpoint,
      "openid.claimed_id": person,
      "openid.identity": person,
      "openid.return_to": "{redirect_uri}",
      "openid.response_nonce": "{response_nonce}",
      "openid.assoc_handle": "the-handle",
      "openid.signed": [...signed, "assoc_handle"].join(","),
      "openid.sig": "the-signature",
    },
    calls: [
      {
        stage: "begin",
        method: "GET",
        url: "https://example.com/openid",
        answer: service("server"),
      },
      {
        stage: "callback",
        method: "POST",
        url: endpoint,
        answer: {
          headers: { "content-type": "text/plain" },
          body: `ns:${openId2}\nis_valid:true\n`,
        },
      },
      { stage: "callback", method: "GET", url: person, answer: service("signon") },
    ],
    identity: {
      uid: person,
      details: { username: "ada", emailVerified: false },
      extraData: [],
    },
  };
}

/** An XRDS document that names the endpoint. */
function service(type) {
  const names = 'xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"';
  const only = `<Service><Type>${openId2}/${type}</Type><URI>${endpoint}</URI></Service>`;
  return {
    headers: { "content-type": "application/xrds+xml" },
    body: `<xrds:XRDS ${names}><XRD>${only}</XRD></xrds:XRDS>`,
  };
}
