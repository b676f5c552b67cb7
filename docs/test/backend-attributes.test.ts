import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type BackendClass, backendClass, type Member } from "./backend-members.ts";
import { root } from "./markdown.ts";

// The page is made from the doc comments: `UPDATE=1 npm test` writes it, anything else compares.
const path = "docs/reference/backend-attributes.md";
const sources = [
  "packages/sallyport/src/backend.ts",
  ...[
    "oauth",
    "oauth2-client",
    "oauth2",
    "oauth2-pkce",
    "openid-connect-client",
    "openid-connect",
    "oauth1",
    "openid",
    "saml",
  ].map((protocol) => `packages/sallyport/src/protocols/${protocol}.ts`),
].filter((source) => existsSync(root + source));

test("backend-attributes.md says what the doc comments say", async () => {
  const expected = pageOf(sources.map(backendClass));
  if (process.env.UPDATE) writeFileSync(root + path, expected);
  assert.equal(await readFile(root + path, "utf8"), expected);
});

function pageOf(classes: readonly BackendClass[]): string {
  return `# Backend attributes

What a backend may set or override, by the class that has it. The names are python-social-auth's in
camelCase; the second column has the original where there is one. Attributes are fields, read after
construction. This page is made from the doc comments, which say more.

${classes.map(sectionOf).join("\n")}`;
}

function sectionOf({ name, doc, members }: BackendClass): string {
  const attributes = members.filter(({ value }) => value !== undefined);
  const methods = members.filter(({ value }) => value === undefined);
  return `## \`${name}\`

${doc}
${tableOf("Attribute", attributes)}${tableOf("Method", methods)}`;
}

function tableOf(kind: string, members: readonly Member[]): string {
  if (members.length === 0) return "";
  const withDefault = kind === "Attribute";
  const rows = members.map(({ name, value, doc }) => [
    `\`${name}\``,
    originalOf(name, withDefault),
    ...(withDefault ? [value && `\`${value.replace(/\s+/g, " ")}\``] : []),
    doc.replaceAll("|", "\\|"),
  ]);
  const head = [kind, "python-social-auth", ...(withDefault ? ["Default"] : []), "Meaning"];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `\n${lines.join("\n")}\n`;
}

function originalOf(name: string, isAttribute: boolean): string {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const original = isAttribute && snake !== "name" ? snake.toUpperCase() : snake;
  return originals.has(original) ? `\`${original}\`` : "";
}

// The attributes and methods of social-core 5.1 that backends set or override.
const originals = new Set(
  `name ID_KEY EXTRA_DATA GET_ALL_EXTRA_DATA REQUIRES_EMAIL_VALIDATION auth_url auth_complete
  process_error setting get_user_id get_user_details get_user_names auth_html
  AUTHORIZATION_URL ACCESS_TOKEN_URL REFRESH_TOKEN_URL REVOKE_TOKEN_URL REVOKE_TOKEN_METHOD
  ACCESS_TOKEN_METHOD ACCESS_TOKEN_PAYLOAD REFRESH_TOKEN_METHOD RESPONSE_TYPE SCOPE_PARAMETER_NAME
  DEFAULT_SCOPE SCOPE_SEPARATOR STATE_PARAMETER REDIRECT_STATE user_data refresh_token revoke_token
  REQUEST_TOKEN_URL REQUEST_TOKEN_METHOD OAUTH_TOKEN_PARAMETER_NAME REDIRECT_URI_PARAMETER_NAME
  oauth_request DEFAULT_USE_PKCE PKCE_DEFAULT_CODE_CHALLENGE_METHOD
  PKCE_DEFAULT_CODE_VERIFIER_LENGTH OIDC_ENDPOINT ID_TOKEN_ISSUER USERINFO_URL JWKS_URI
  TOKEN_ENDPOINT_AUTH_METHOD USERNAME_KEY EMAIL_KEY FIRST_NAME_KEY LAST_NAME_KEY FULLNAME_KEY
  JWT_ALGORITHMS JWT_LEEWAY ID_TOKEN_MAX_AGE VALIDATE_AT_HASH URL openid_url trust_root
  get_ax_attributes get_sreg_attributes get_idp`.split(/\s+/),
);
