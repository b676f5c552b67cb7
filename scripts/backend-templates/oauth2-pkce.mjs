import { oauth2Class } from "./oauth2.mjs";

export { fixture, suffix } from "./oauth2.mjs";

export function classOf(names) {
  return oauth2Class(names, "BaseOAuth2PKCE", "oauth2-pkce");
}
