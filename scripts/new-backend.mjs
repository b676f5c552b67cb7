import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";

// npm run new:backend -- NAME --protocol oauth2
// Writes a backend and its fixture, filled in as far as a name goes. Its test is there already:
// test/backends/contract.test.ts finds both.

const usage = "usage: npm run new:backend -- NAME [--protocol oauth2]";

function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      protocol: { type: "string", default: "oauth2" },
      // Where the library is; for tests.
      into: { type: "string", default: join(import.meta.dirname, "../packages/sallyport") },
    },
  });
  const [name = "", ...others] = positionals;
  if (others.length > 0) fail(usage);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    fail(`a backend's name has lower-case letters, digits and hyphens, not "${name}"\n${usage}`);
  }
  if (values.protocol !== "oauth2")
    fail(`there is a template for oauth2, not "${values.protocol}"`);

  const written = {
    [join(values.into, `src/backends/${name}.ts`)]: classOf(name),
    [join(values.into, `test/fixtures/${name}.json`)]:
      `${JSON.stringify(fixtureOf(name), null, 2)}\n`,
  };
  for (const file of Object.keys(written)) if (existsSync(file)) fail(`${file} is there already`);
  for (const [file, text] of Object.entries(written)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${relative(process.cwd(), file)}`);
  }
  console.log(`
Next:
  1. Put the provider's endpoints and fields into the class.
  2. Put its real answers, from its documentation, into the fixture, and the pages into "source".
  3. node --conditions=sallyport-source --import tsx --test packages/sallyport/test/backends/contract.test.ts
docs/how-to/add-a-backend.md explains each.`);
}

function classOf(name) {
  const title = name.split("-")[0].replace(/^./, (letter) => letter.toUpperCase());
  const className = name
    .replace(/-?oauth2$/, "")
    .split("-")
    .map((word) => word.replace(/^./, (letter) => letter.toUpperCase()))
    .join("");
  return `import type { JsonObject, UserDetails } from "../identity.ts";
import { BaseOAuth2 } from "../protocols/oauth2.ts";
import { namesOf, textOf } from "../protocols/profile.ts";

/** ${title}: https://example.com/the-page-that-says-so */
export class ${className || title}OAuth2 extends BaseOAuth2 {
  override readonly name: string = "${name}";
  override readonly title: string = "${title}";
  override readonly authorizationUrl: string = "https://example.com/oauth/authorize";
  override readonly accessTokenUrl: string = "https://example.com/oauth/token";
  override readonly userDataUrl: string = "https://example.com/api/user";
  override readonly defaultScope: readonly string[] = ["profile"];

  override getUserDetails(user: JsonObject): UserDetails {
    return {
      username: textOf(user.login),
      email: textOf(user.email),
      // True only where a page of the provider's promises that the address is theirs.
      emailVerified: false,
      ...namesOf(user.name),
    };
  }
}
`;
}

function fixtureOf(name) {
  const client = { client_id: "the-client", redirect_uri: "{redirect_uri}" };
  return {
    $schema: "../../src/testing/fixture.schema.json",
    backend: name,
    settings: { clientId: "the-client", clientSecret: "the-client-secret" },
    source: ["https://example.com/the-page-that-says-so"],
    departure: {
      host: "example.com",
      path: "/oauth/authorize",
      parameters: {
        ...client,
        response_type: "code",
        scope: "profile",
        state: "{state}",
        code_challenge: "{code_challenge}",
        code_challenge_method: "S256",
      },
    },
    callback: { code: "the-code" },
    calls: [
      {
        stage: "token",
        method: "POST",
        url: "https://example.com/oauth/token",
        form: {
          ...client,
          grant_type: "authorization_code",
          code: "the-code",
          code_verifier: "{code_verifier}",
          client_secret: "the-client-secret",
        },
        answer: { body: { access_token: "the-access-token", token_type: "Bearer" } },
      },
      {
        stage: "profile",
        method: "GET",
        url: "https://example.com/api/user",
        headers: { authorization: "Bearer the-access-token" },
        answer: {
          body: { id: 7, login: "ada", name: "Ada Lovelace", email: "ada@example.com" },
        },
        id: ["id"],
      },
    ],
    identity: {
      uid: "7",
      details: {
        username: "ada",
        email: "ada@example.com",
        emailVerified: false,
        fullName: "Ada Lovelace",
        firstName: "Ada",
        lastName: "Lovelace",
      },
      extraData: [],
    },
  };
}

function fail(what) {
  console.error(what);
  process.exit(1);
}

main();
