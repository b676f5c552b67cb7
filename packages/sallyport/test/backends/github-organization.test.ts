import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  GitHubOAuth2,
  GitHubOrganizationOAuth2,
  GitHubTeamOAuth2,
} from "../../src/backends/github.ts";
import { bound, departure, failureOf, identityFrom } from "../backend.ts";
import { type Behaviour, client, startProvider } from "../provider.ts";

const settings = { clientId: client.id, clientSecret: client.secret, organization: "acme" };

async function startOrganization(t: TestContext, membership: Behaviour) {
  const provider = await startProvider(t);
  class Moved extends GitHubOrganizationOAuth2 {
    override readonly authorizationUrl = `${provider.origin}/authorize`;
    override readonly accessTokenUrl = `${provider.origin}/token`;
    override readonly apiUrl = provider.origin;
  }
  provider.on("/user", { body: { id: 1, login: "ada" } });
  provider.on("/user/emails", { body: [] });
  provider.on("/orgs/acme/members/ada", membership);
  return { provider, backend: bound(new Moved(settings)) };
}

test("it is GitHub's backend under another name, with one scope more", async () => {
  const backend: GitHubOAuth2 = bound(new GitHubOrganizationOAuth2(settings));
  assert.ok(backend instanceof GitHubOAuth2);
  assert.equal(backend.name, "github-org");
  const { url } = await departure(backend);
  assert.equal(url.searchParams.get("scope"), "user:email,read:org");
});

test("a member gets in", async (t) => {
  const { provider, backend } = await startOrganization(t, { status: 204 });
  const identity = await identityFrom(backend);
  assert.deepEqual([identity.provider, identity.uid], ["github-org", "1"]);
  assert.equal(provider.to("/orgs/acme/members/ada").length, 1);
});

for (const [what, behaviour, code] of [
  ["is no member", { status: 404, body: { message: "Not Found" } }, "account_not_allowed"],
  // GitHub sends on to the public members where the person may not see the others.
  ["may not see the members", { status: 302, headers: { location: "/" } }, "account_not_allowed"],
  ["comes while GitHub is down", { status: 502 }, "provider_failed"],
  ["comes while GitHub is busy", { status: 429 }, "provider_busy"],
  ["brings a token that GitHub refuses", { status: 403 }, "token_refused"],
  ["is answered with a page", { status: 200, body: "<html>" }, "provider_failed"],
] as const) {
  test(`somebody who ${what} does not get in: ${code}`, async (t) => {
    const { backend } = await startOrganization(t, behaviour);
    const failure = await failureOf(identityFrom(backend));
    assert.deepEqual([failure.code, failure.stage], [code, "profile"]);
  });
}

test("the organisation is a setting, and may come from the environment", () => {
  const variables = { SOCIAL_AUTH_GITHUB_ORG_KEY: "me", SOCIAL_AUTH_GITHUB_ORG_NAME: "acme" };
  assert.ok(bound(new GitHubOrganizationOAuth2(), variables));
  assert.throws(() => bound(new GitHubOrganizationOAuth2({ clientId: "me" })), {
    code: "settings_invalid",
    message: 'backend github-org: needs "organization", or SOCIAL_AUTH_GITHUB_ORG_NAME',
  });
});

test("the team is a setting, and may come from the environment", () => {
  const variables = { SOCIAL_AUTH_GITHUB_TEAM_KEY: "me", SOCIAL_AUTH_GITHUB_TEAM_ID: "7" };
  assert.ok(bound(new GitHubTeamOAuth2(), variables));
  assert.throws(() => bound(new GitHubTeamOAuth2({ clientId: "me" })), {
    code: "settings_invalid",
    message: 'backend github-team: needs "team", or SOCIAL_AUTH_GITHUB_TEAM_ID',
  });
});
