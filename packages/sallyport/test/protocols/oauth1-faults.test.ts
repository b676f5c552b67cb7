import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { startOAuth1Site } from "../oauth1-provider.ts";
import type { Behaviour, Recorded } from "../provider.ts";
import { secret } from "../site.ts";

const email = "ada.lovelace@example.net";

// An answer that quotes what it was asked, as providers in trouble do.
const echo = ({ query, form, headers }: Recorded) =>
  `<h1>Error</h1> ${query} ${form} ${headers.authorization} ${email}`;
const page = (status: number): Behaviour => {
  return (request) => ({ status, body: echo(request) });
};
const said = (body: string, status = 200): Behaviour => ({ status, body });
const pair = "oauth_token=request-x&oauth_token_secret=request-secret-x";

// What the provider does, where, and how the login ends: code, stage, status.
const faults: readonly [string, string, Behaviour, string, string, number][] = [
  ["a 401", "/request_token", page(401), "client_refused", "begin", 502],
  ["a 403", "/request_token", page(403), "client_refused", "begin", 502],
  ["a 400", "/request_token", page(400), "provider_refused", "begin", 502],
  ["a 500", "/request_token", page(500), "provider_failed", "begin", 502],
  ["a 429", "/request_token", page(429), "provider_busy", "begin", 503],
  ["an HTML page", "/request_token", page(200), "answer_invalid", "begin", 502],
  ["nothing at all", "/request_token", "hang", "provider_timeout", "begin", 502],
  ["a dropped connection", "/request_token", "drop", "provider_unreachable", "begin", 502],
  ["an empty answer", "/request_token", said(""), "answer_invalid", "begin", 502],
  ["JSON", "/request_token", said(`{"oauth_token":"request-x"}`), "answer_invalid", "begin", 502],
  ["no confirmation", "/request_token", said(pair), "answer_invalid", "begin", 502],
  [
    "a confirmation that is none",
    "/request_token",
    said(`${pair}&oauth_callback_confirmed=false`),
    "answer_invalid",
    "begin",
    502,
  ],
  [
    "a token without a secret",
    "/request_token",
    said("oauth_token=request-x&oauth_callback_confirmed=true"),
    "answer_invalid",
    "begin",
    502,
  ],
  [
    "two tokens",
    "/request_token",
    said(`${pair}&oauth_token=request-x2&oauth_callback_confirmed=true`),
    "answer_invalid",
    "begin",
    502,
  ],
  [
    "a problem with the time",
    "/request_token",
    said("oauth_problem=timestamp_refused", 400),
    "client_refused",
    "begin",
    502,
  ],
  [
    "a redirect",
    "/request_token",
    { status: 302, headers: { location: "/elsewhere" } },
    "provider_refused",
    "begin",
    502,
  ],
  ["a 401", "/access_token", page(401), "code_refused", "token", 400],
  ["a 500", "/access_token", page(500), "provider_failed", "token", 502],
  ["an HTML page", "/access_token", page(200), "answer_invalid", "token", 502],
  ["nothing at all", "/access_token", "hang", "provider_timeout", "token", 502],
  ["an empty token", "/access_token", said("oauth_token=&a=b"), "answer_invalid", "token", 502],
  [
    "a used token",
    "/access_token",
    said("oauth_problem=token_used", 401),
    "code_refused",
    "token",
    400,
  ],
  [
    "a wrong signature",
    "/access_token",
    said("oauth_problem=signature_invalid", 401),
    "client_refused",
    "token",
    502,
  ],
  [
    "a late refusal",
    "/access_token",
    said("oauth_problem=permission_denied", 401),
    "access_denied",
    "token",
    403,
  ],
  [
    "a problem with status 200",
    "/access_token",
    said("oauth_problem=sorry"),
    "provider_refused",
    "token",
    502,
  ],
  ["a 401", "/profile", page(401), "token_refused", "profile", 502],
  ["a 500", "/profile", page(500), "provider_failed", "profile", 502],
  ["a 429", "/profile", page(429), "provider_busy", "profile", 503],
  ["an HTML page", "/profile", page(200), "answer_invalid", "profile", 502],
  ["nothing at all", "/profile", "hang", "provider_timeout", "profile", 502],
  ["no id", "/profile", { body: { login: "ada" } }, "uid_missing", "identity", 502],
];

for (const [what, path, behaviour, code, stage, status] of faults) {
  test(`${what} from ${path} ends the login with ${code}, and nothing secret is said`, async (t) => {
    const { provider, lines, browser } = await startOAuth1Site(t);
    provider.on(path, behaviour);
    const person = browser();
    const headers = { accept: "application/json", "sec-fetch-site": "cross-site" };
    const answer =
      stage === "begin"
        ? await person.get("/auth/login/example", { ...headers, "sec-fetch-site": "none" })
        : await person.send("GET", await person.leaveFor("example"), headers);

    assert.equal(answer.status, status);
    const text = await answer.text();
    const { error } = JSON.parse(text) as { error: Record<string, string> };
    assert.deepEqual([error.code, error.stage], [code, stage]);
    assert.deepEqual(person.named("session"), []);
    assert.equal(provider.to("/elsewhere").length, 0);
    const [line, ...others] = lines;
    const facts = line?.facts as Record<string, string>;
    assert.deepEqual([facts.code, facts.stage, facts.backend], [code, stage, "example"]);
    assert.deepEqual(others, []);
    const everything = text + inspect(lines, { depth: 20, showHidden: true });
    for (const one of [...provider.secrets, secret, email, "request-x", "request-secret-x"]) {
      assert.ok(!everything.includes(one), `"${one}" was said in ${everything}`);
    }
  });
}

test("an operator reads which word the provider refused with, and no more of it", async (t) => {
  const { provider, lines, browser } = await startOAuth1Site(t);
  provider.on("/request_token", said(`oauth_problem=${"x".repeat(500)}`, 400));
  await browser().get("/auth/login/example");
  const [{ facts } = assert.fail()] = lines;
  const { message } = facts as Record<string, string>;
  assert.match(message ?? "", /^example: expected a token from \/request_token and got status 400/);
  assert.match(message ?? "", /problem "x{60}"$/);
});
