/**
 * What may be asked about an authentication, by its name on the wire, and whether a value can
 * be meant (OpenID Connect Core, sections 3.1.2.1 and 5.5).
 */
export const authenticationParameters: Readonly<Record<string, (value: string) => boolean>> = {
  prompt: isPrompt,
  login_hint: (value) => value !== "",
  max_age: (value) => /^\d{1,9}$/.test(value),
  acr_values: isList,
  claims: isJsonObject,
  ui_locales: (value) => isList(value) && /^[\w -]+$/.test(value),
  display: (value) => ["page", "popup", "touch", "wap"].includes(value),
};

// `create`: https://openid.net/specs/openid-connect-prompt-create-1_0.html
function isPrompt(value: string): boolean {
  const known = ["none", "login", "consent", "select_account", "create"];
  const words = value.split(" ");
  const alone = words.length === 1 || !words.includes("none");
  return alone && words.every((word) => known.includes(word));
}

function isList(value: string): boolean {
  return /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(value);
}

function isJsonObject(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
