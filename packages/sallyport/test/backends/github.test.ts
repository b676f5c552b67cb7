import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { GitHubEnterpriseOAuth2, GitHubOAuth2 } from "../../src/backends/github.ts";
import type { HttpRequest } from "../../src/http.ts";
import { boundedHttp } from "../../src/wire/bounded-http.ts";
import {
  bound,
  departure,
  failureOf,
  httpFor,
  identityFrom,
  now,
  once,
  redirectUri,
} from "../backend.ts";
import { client, type Provider, startProvider } from "../provider.ts";

const settings = { clientId: client.id, clientSecret: client.secret };

// What https://docs.github.com/en/rest/users/users#get-the-authenticated-user answers, in part.
const octocat = {
  login: "octocat",
  id: 583231,
  node_id: "MDQ6VXNlcjU4MzIzMQ==",
  name: "The Octo Cat",
  email: null,
};
const emails = [
  { email: "first@example.com", primary: false, verified: true, visibility: null },
  { email: "octocat@example.com", primary: true, verified: true, visibility: "private" },
];

async function startGitHub(t: TestContext): Promise<{ provider: Provider; backend: GitHubOAuth2 }> {
  const provider = await startProvider(t);
  class Moved extends GitHubOAuth2 {
    override readonly authorizationUrl = `${provider.origin}/authorize`;
    override readonly accessTokenUrl = `${provider.origin}/token`;
    override readonly apiUrl = provider.origin;
  }
  provider.tokenExtras = { token_type: "bearer", expires_in: undefined, refresh_token: undefined };
  provider.on("/user", { body: octocat });
  provider.on("/user/emails", { body: emails });
  return { provider, backend: bound(new Moved(settings)) };
}

test("the login leaves for GitHub with its scopes, comma-separated", async () => {
  const { url } = await departure(bound(new GitHubOAuth2({ ...settings, scope: ["repo"] })));
  assert.equal(url.origin + url.pathname, "https://github.com/login/oauth/authorize");
  assert.equal(url.searchParams.get("scope"), "repo,user:email");
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
});

test("a person is known by their id, and their primary address as GitHub verified it", async (t) => {
  const { provider, backend } = await startGitHub(t);
  const identity = await identityFrom(backend);
  assert.equal(identity.uid, "583231");
  assert.deepEqual(identity.details, {
    username: "octocat",
    email: "octocat@example.com",
    emailVerified: true,
    fullName: "The Octo Cat",
    firstName: "The",
    lastName: "Octo Cat",
  });
  assert.deepEqual([identity.extraData.id, identity.extraData.login], [583231, "octocat"]);
  const [request] = provider.to("/user/emails");
  assert.match(request?.headers.authorization ?? "", /^Bearer access-/);
  assert.equal(request?.headers["user-agent"], "sallyport");
});

for (const [what, list, email, verified] of [
  ["that is not verified", [{ ...emails[1], verified: false }], "octocat@example.com", false],
  [
    "whose verification is a text",
    [{ ...emails[1], verified: "true" }],
    "octocat@example.com",
    false,
  ],
  ["that is not in the list", [emails[0]], "public@example.com", false],
  ["in a list that is none", { message: "no" }, "public@example.com", false],
  ["that is no text", [{ ...emails[1], email: 7 }], "public@example.com", false],
] as const) {
  test(`a primary address ${what} is not taken for verified`, async (t) => {
    const { provider, backend } = await startGitHub(t);
    provider.on("/user", { body: { ...octocat, email: "public@example.com" } });
    provider.on("/user/emails", { body: list });
    const { details } = await identityFrom(backend);
    assert.deepEqual([details.email, details.emailVerified], [email, verified]);
  });
}

test("the scope of the whole profile is one of its addresses, too", async (t) => {
  const { provider, backend } = await startGitHub(t);
  provider.scope = "repo,user";
  const { details } = await identityFrom(backend);
  assert.deepEqual([details.email, details.emailVerified], ["octocat@example.com", true]);
});

test("an app's token, which names no scopes, may see the list all the same", async (t) => {
  const { provider, backend } = await startGitHub(t);
  provider.scope = "";
  const { details } = await identityFrom(backend);
  assert.deepEqual([details.email, details.emailVerified], ["octocat@example.com", true]);
});

test("a list that fails is not one that is hidden", async (t) => {
  const { provider, backend } = await startGitHub(t);
  provider.scope = "";
  provider.on("/user/emails", { status: 502 });
  assert.equal((await failureOf(identityFrom(backend))).code, "provider_failed");
});

test("the setting url moves every endpoint, and takes the promise of proven addresses away", async (t) => {
  const provider = await startProvider(t);
  const url = provider.origin;
  provider.on("/login/oauth/access_token", {
    body: { access_token: "a", token_type: "bearer", scope: "user" },
  });
  provider.on("/api/v3/user", { body: octocat });
  provider.on("/api/v3/user/emails", { body: emails });
  const backend = bound(new GitHubOAuth2({ ...settings, url }));
  const left = await departure(backend);
  assert.equal(left.url.origin + left.url.pathname, `${url}/login/oauth/authorize`);
  const { uid, details } = await backend.authComplete({
    http: httpFor(backend),
    redirectUri,
    callback: new URLSearchParams({ code: "c" }),
    keep: left.keep ?? {},
    headers: {},
    once,
    now,
  });
  assert.equal(uid, "583231");
  assert.deepEqual([details.email, details.emailVerified], ["octocat@example.com", false]);
});

test("an enterprise's GitHub must be named", () => {
  assert.throws(() => bound(new GitHubEnterpriseOAuth2(settings)), {
    code: "settings_invalid",
    message: 'backend github-enterprise: needs "url", or SOCIAL_AUTH_GITHUB_ENTERPRISE_URL',
  });
});

test("an enterprise's API may have an address of its own", async () => {
  const asked: string[] = [];
  const transport = async (request: HttpRequest) => {
    asked.push(request.url);
    return { status: 200, headers: {}, text: JSON.stringify({ ...octocat, email: "a@b.example" }) };
  };
  const urls = { url: "https://github.example", apiUrl: "https://api.github.example/" };
  const backend = bound(new GitHubEnterpriseOAuth2({ ...settings, ...urls }));
  const limits = { callTimeout: 1000, loginTimeout: 5000 };
  const http = boundedHttp(backend, "profile", {
    transport,
    publicTransport: transport,
    ...limits,
  });
  await backend.userData({ accessToken: "a", tokenType: "bearer", answer: {} }, http);
  assert.deepEqual(asked, ["https://api.github.example/user"]);
});

for (const scope of ["", "repo", "read:user"]) {
  test(`without the scope granted ("${scope}") the list is not asked for`, async (t) => {
    const { provider, backend } = await startGitHub(t);
    provider.scope = scope;
    provider.on("/user", { body: { ...octocat, email: "public@example.com" } });
    const { details } = await identityFrom(backend);
    assert.deepEqual([details.email, details.emailVerified], ["public@example.com", false]);
    assert.equal(provider.to("/user/emails").length, 0);
  });
}

test("people without a name or an address get in", async (t) => {
  const { provider, backend } = await startGitHub(t);
  provider.scope = "";
  provider.on("/user", { body: { ...octocat, name: null } });
  provider.on("/user/emails", { status: 404, body: { message: "Not Found" } });
  const { details } = await identityFrom(backend);
  assert.equal(details.fullName, undefined);
  assert.equal(details.email, undefined);
  assert.equal(details.username, "octocat");
});

for (const [error, code] of [
  ["bad_verification_code", "code_refused"],
  ["incorrect_client_credentials", "client_refused"],
  ["redirect_uri_mismatch", "provider_refused"],
  ["unverified_user_email", "provider_refused"],
] as const) {
  test(`${error} with status 200 is ${code}`, async (t) => {
    const { provider, backend } = await startGitHub(t);
    const error_description = "The code passed is incorrect or expired.";
    provider.on("/token", { body: { error, error_description, error_uri: "https://docs" } });
    const failure = await failureOf(identityFrom(backend));
    assert.deepEqual([failure.code, failure.stage], [code, "token"]);
    assert.equal(
      failure.message,
      `github: the token endpoint refused with "${error}" (status 200)`,
    );
  });
}

test("a profile without an id is refused", async (t) => {
  const { provider, backend } = await startGitHub(t);
  provider.on("/user", { body: { login: "octocat" } });
  assert.equal((await failureOf(identityFrom(backend))).code, "uid_missing");
});
