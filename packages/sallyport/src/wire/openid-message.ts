// Messages of OpenID Authentication 2.0: https://openid.net/specs/openid-authentication-2_0.html

/** The fields of one message by their names without `openid.`. */
export type OpenIdMessage = ReadonlyMap<string, string>;

/** The namespace of OpenID 2.0 (section 4.1.2). A message without it is 1.x. */
export const openId2 = "http://specs.openid.net/auth/2.0";

/** What an OP that lets the person choose is asked for instead of an identifier (section 9.1). */
export const identifierSelect = `${openId2}/identifier_select`;

/** The message in a callback's parameters; undefined where a field stands there twice. */
export function toMessage(parameters: URLSearchParams): OpenIdMessage | undefined {
  const message = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (!name.startsWith("openid.")) continue;
    if (message.has(name.slice(7))) return undefined;
    message.set(name.slice(7), value);
  }
  return message;
}

/** A message as the parameters that carry it (section 4.1.2). */
export function toParameters(message: Iterable<readonly [string, string]>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of message) parameters.append(`openid.${name}`, value);
  return parameters;
}

/**
 * Key-value form, as the answer to a direct request has it (section 4.1.1). Undefined where
 * a line has no colon, or a key stands there twice.
 */
export function parseKeyValues(text: string): OpenIdMessage | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const colon = line.indexOf(":");
    const key = line.slice(0, colon);
    if (colon < 1 || fields.has(key)) return undefined;
    fields.set(key, line.slice(colon + 1));
  }
  return fields;
}

/** The fields that `openid.signed` lists: nothing else in an answer may be believed. */
export function signedPart(message: OpenIdMessage): OpenIdMessage {
  const names = new Set(message.get("signed")?.split(","));
  return new Map([...message].filter(([name]) => names.has(name)));
}

/** The fields of an extension, by the alias that this message gives its namespace (section 12). */
export function extensionFields(message: OpenIdMessage, namespace: string): OpenIdMessage {
  const prefixes = [...message]
    .filter(([name, value]) => name.startsWith("ns.") && value === namespace)
    .map(([name]) => `${name.slice(3)}.`);
  const [prefix] = prefixes;
  if (prefix === undefined) return new Map();
  return new Map(
    [...message]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/** The question whether an answer is the OP's own: the answer itself under another mode (section 11.4.2.1). */
export function checkAuthentication(answer: OpenIdMessage): URLSearchParams {
  return toParameters(new Map([...answer, ["mode", "check_authentication"]]));
}
