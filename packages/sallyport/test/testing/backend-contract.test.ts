import assert from "node:assert/strict";
import { test } from "node:test";
import type { Http, JsonObject, Tokens, UserDetails } from "../../src/index.ts";
import { BaseOAuth2 } from "../../src/protocols/oauth2.ts";
import { textOf } from "../../src/protocols/profile.ts";
import { type BackendFixture, backendContract } from "../../src/testing/index.ts";
import { failuresOf as failuresOfMade } from "./failures.ts";

// The contract is what tells a wrong backend from a right one, so it is shown wrong ones.

class RightOAuth2 extends BaseOAuth2 {
  override readonly name: string = "example";
  override readonly authorizationUrl: string = "https://example.com/authorize";
  override readonly accessTokenUrl: string = "https://example.com/token";
  override readonly userDataUrl: string = "https://example.com/user";
  override readonly extraData: readonly string[] = ["login"];

  override getUserDetails(user: JsonObject): UserDetails {
    return { username: textOf(user.login), emailVerified: false };
  }
}

const client = { client_id: "the-client", redirect_uri: "{redirect_uri}" };
const user = "https://example.com/user";
const fixture: BackendFixture = {
  backend: "example",
  settings: { clientId: "the-client", clientSecret: "the-client-secret" },
  source: ["https://example.com/docs"],
  departure: {
    host: "example.com",
    path: "/authorize",
    parameters: {
      ...client,
      response_type: "code",
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
      url: "https://example.com/token",
      form: {
        ...client,
        grant_type: "authorization_code",
        code: "the-code",
        code_verifier: "{code_verifier}",
        client_secret: "the-client-secret",
      },
      answer: { body: { access_token: "the-access-token", token_type: "bearer" } },
    },
    {
      stage: "profile",
      method: "GET",
      url: user,
      headers: { authorization: "Bearer the-access-token" },
      answer: { body: { id: 7, login: "ada" } },
      id: ["id"],
    },
  ],
  identity: {
    uid: "7",
    details: { username: "ada", emailVerified: false },
    extraData: ["login"],
  },
  variants: [
    {
      title: "a person without a login gets in",
      answers: { [user]: { body: { id: 8 } } },
      identity: { uid: "8", details: { emailVerified: false }, extraData: [] },
    },
    {
      title: "a token that opens nothing is refused",
      answers: { [user]: { status: 403 } },
      failure: { code: "token_refused", stage: "profile" },
    },
  ],
};

const failuresOf = (Backend: new (settings?: object) => BaseOAuth2, of = fixture) =>
  failuresOfMade((settings) => new Backend(settings), of);

const identifies = "finds out who came back";
const leaves = "leaves for example.com with the documented parameters";

test("a right backend fails nothing, and is asked enough", async () => {
  assert.deepEqual(await failuresOf(RightOAuth2), new Map());
  const names = backendContract((settings) => new RightOAuth2(settings), fixture).map(
    ({ name }) => name,
  );
  assert.equal(names.length, 2 + 4 + 1 + 5 + 4 + 3 + 2);
  assert.equal(new Set(names).size, names.length);
});

test("a parameter too many, or another host, is found", async () => {
  class Scoped extends RightOAuth2 {
    override readonly defaultScope: readonly string[] = ["everything"];
  }
  class Moved extends RightOAuth2 {
    override readonly authorizationUrl: string = "https://example.org/authorize";
  }
  assert.match((await failuresOf(Scoped)).get(leaves) ?? "", /the parameters/);
  assert.match((await failuresOf(Moved)).get(leaves) ?? "", /example\.org/);
});

test("a call that was not declared is found, even where the backend does without it", async () => {
  class Curious extends RightOAuth2 {
    override async userData(tokens: Tokens, http: Http, now: Date): Promise<JsonObject> {
      await http.request({ url: "https://example.com/friends" }).catch(() => undefined);
      return super.userData(tokens, http, now);
    }
  }
  const failures = await failuresOf(Curious);
  assert.match(failures.get(identifies) ?? "", /friends was not declared/);
});

test("a call that was declared and not made is found", async () => {
  class Incurious extends RightOAuth2 {
    override async userData(): Promise<JsonObject> {
      return { id: 7, login: "ada" };
    }
  }
  const failures = await failuresOf(Incurious);
  assert.match(failures.get(identifies) ?? "", /not made.*GET https:\/\/example\.com\/user/s);
});

test("a form or a header that is not as declared is found", async () => {
  class Public extends RightOAuth2 {
    override readonly tokenEndpointAuthMethod = "none";
  }
  class Careless extends RightOAuth2 {
    override async userData(_tokens: Tokens, http: Http): Promise<JsonObject> {
      return (await http.json({ url: user })) as JsonObject;
    }
  }
  assert.match((await failuresOf(Public)).get(identifies) ?? "", /its form/);
  assert.match((await failuresOf(Careless)).get(identifies) ?? "", /its header authorization/);
});

test("a secret in an error is found", async () => {
  class Talkative extends RightOAuth2 {
    override async userData(tokens: Tokens): Promise<JsonObject> {
      throw this.error("token_refused", "profile", `the token ${tokens.accessToken} is no good`);
    }
  }
  const failures = await failuresOf(Talkative, { ...fixture, calls: fixture.calls.slice(0, 1) });
  assert.match(failures.get(identifies) ?? "", /a secret is in what was said/);
});

test("an id that is made up, and another identity, are found", async () => {
  class Inventive extends RightOAuth2 {
    override getUserId(profile: JsonObject): unknown {
      return String(profile.id);
    }
    override getUserDetails(): UserDetails {
      return { username: "ada", emailVerified: true };
    }
  }
  const failures = await failuresOf(Inventive);
  assert.ok(failures.has("refuses an id that is missing"));
  assert.ok(failures.has("refuses an id that is null"));
  assert.match(failures.get(identifies) ?? "", /the details/);
});

test("an answer in a variant to a call that nobody makes is found", async () => {
  const answers = { "https://example.com/typo": { body: {} } };
  const variants = [{ title: "a person", answers }];
  const failures = await failuresOf(RightOAuth2, { ...fixture, variants });
  assert.match(failures.get("a person") ?? "", /that the fixture does not have/);
});

test("a client secret that the backend makes is a secret, too", async () => {
  class Making extends RightOAuth2 {
    protected override clientSecret(): string {
      return crypto.randomUUID();
    }
  }
  class Telling extends Making {
    override async userData(tokens: Tokens, http: Http, now: Date): Promise<JsonObject> {
      await super.userData(tokens, http, now);
      throw this.error("token_refused", "profile", `not for ${made.at(-1)}`);
    }
    protected override clientSecret(): string {
      made.push(super.clientSecret());
      return made.at(-1) ?? "";
    }
  }
  const made: string[] = [];
  const text = JSON.stringify(fixture).replaceAll("the-client-secret", "{client_secret}");
  const unknown: BackendFixture = { ...JSON.parse(text), settings: fixture.settings };
  assert.deepEqual(await failuresOf(Making, unknown), new Map());
  const failures = await failuresOf(Telling, unknown);
  assert.match(failures.get(identifies) ?? "", /a secret is in what was said/);
});
