import { extensionFields, type OpenIdMessage } from "./openid-message.ts";

/** A field to ask for: its name at the OP, and ours. */
export type WantedField = readonly [theirs: string, ours: string];

/** What was learnt about a person, by our names. */
export type OpenIdValues = Readonly<Record<string, string>>;

/** What a login asks for by SREG, by python-social-auth's names. */
export const usualSreg: readonly WantedField[] = [
  ["email", "email"],
  ["fullname", "fullname"],
  ["nickname", "nickname"],
];

/** What a login asks for by AX, in the two schemas that are in use. */
export const usualAx: readonly WantedField[] = [
  ["http://axschema.org/contact/email", "email"],
  ["http://axschema.org/namePerson", "fullname"],
  ["http://axschema.org/namePerson/first", "first_name"],
  ["http://axschema.org/namePerson/last", "last_name"],
  ["http://axschema.org/namePerson/friendly", "nickname"],
  ["http://schema.openid.net/contact/email", "old_email"],
  ["http://schema.openid.net/namePerson", "old_fullname"],
  ["http://schema.openid.net/namePerson/friendly", "old_nickname"],
];

const sreg = "http://openid.net/extensions/sreg/1.1";
const ax = "http://openid.net/srv/ax/1.0";
const pape = "http://specs.openid.net/extensions/pape/1.0";

/** Whether discovery says that the OP knows Attribute Exchange. */
export function knowsAttributeExchange(types: readonly string[]): boolean {
  return types.includes(ax);
}

/** Simple Registration 1.1, section 3: https://openid.net/specs/openid-simple-registration-extension-1_1-01.html */
export function sregRequest(wanted: readonly WantedField[]): OpenIdMessage {
  if (wanted.length === 0) return new Map();
  const optional = wanted.map(([theirs]) => theirs).join(",");
  return new Map([
    ["ns.sreg", sreg],
    ["sreg.optional", optional],
  ]);
}

/** The values of a Simple Registration answer. Give it the signed part of a message only. */
export function sregValues(signed: OpenIdMessage, wanted: readonly WantedField[]): OpenIdValues {
  const fields = extensionFields(signed, sreg);
  return present(wanted.map(([theirs, ours]) => [ours, fields.get(theirs)]));
}

/** Attribute Exchange 1.0, section 5.1: https://openid.net/specs/openid-attribute-exchange-1_0.html */
export function axRequest(wanted: readonly WantedField[]): OpenIdMessage {
  if (wanted.length === 0) return new Map();
  return new Map([
    ["ns.ax", ax],
    ["ax.mode", "fetch_request"],
    ...wanted.map(([type, ours]) => [`ax.type.${ours}`, type] as const),
    ["ax.required", wanted.map(([, ours]) => ours).join(",")],
  ]);
}

/**
 * The first value of each attribute of an answer (section 5.2), found by its type, since
 * the OP chooses the aliases. Give it the signed part of a message only.
 */
export function axValues(signed: OpenIdMessage, wanted: readonly WantedField[]): OpenIdValues {
  const fields = extensionFields(signed, ax);
  const firstOf = (type: string) => {
    const named = [...fields].find(([name, value]) => name.startsWith("type.") && value === type);
    const alias = named?.[0].slice("type.".length);
    return fields.get(`value.${alias}`) ?? fields.get(`value.${alias}.1`);
  };
  return present(wanted.map(([type, ours]) => [ours, firstOf(type)]));
}

/** How a person is to prove who they are. */
export interface AuthenticationPolicy {
  /** The longest time since they did, in seconds. */
  readonly maxAuthAge: number | undefined;
  /** Policies of which every one must be kept. */
  readonly policies: readonly string[];
}

/** PAPE 1.0, section 5.1: https://openid.net/specs/openid-provider-authentication-policy-extension-1_0.html */
export function papeRequest({ maxAuthAge, policies }: AuthenticationPolicy): OpenIdMessage {
  if (maxAuthAge === undefined && policies.length === 0) return new Map();
  const request = new Map([
    ["ns.pape", pape],
    ["pape.preferred_auth_policies", policies.join(" ")],
  ]);
  if (maxAuthAge !== undefined) request.set("pape.max_auth_age", String(maxAuthAge));
  return request;
}

/**
 * What an answer lacks of a policy (section 5.2); undefined where it keeps it. An OP may
 * ignore what it was asked, so this counts and not the request. Give it the signed part of a
 * message only.
 */
export function brokenPolicy(
  signed: OpenIdMessage,
  { maxAuthAge, policies }: AuthenticationPolicy,
  now: Date,
): string | undefined {
  const fields = extensionFields(signed, pape);
  const kept = fields.get("auth_policies")?.split(" ") ?? [];
  const missing = policies.find((policy) => !kept.includes(policy));
  if (missing !== undefined) return `the policy ${missing}`;
  if (maxAuthAge === undefined) return undefined;
  const time = timestamp(fields.get("auth_time"));
  const age = (now.getTime() - (time ?? Number.NaN)) / 1000;
  return age <= maxAuthAge + clockSkew ? undefined : `a login in the last ${maxAuthAge} s`;
}

/** Seconds by which the OP's clock may differ from ours. */
const clockSkew = 60;

/** A UTC time as OpenID writes it, `2005-05-15T17:11:51Z`, at a text's start; in milliseconds. */
export function timestamp(text: string | undefined): number | undefined {
  const written = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.exec(text ?? "")?.[0];
  const time = Date.parse(written ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function present(values: readonly (readonly [string, string | undefined])[]): OpenIdValues {
  const entries = values.filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(entries);
}
