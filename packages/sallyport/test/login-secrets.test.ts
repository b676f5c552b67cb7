import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { defaultPipeline } from "../src/default-pipeline.ts";
import { after, type Pipeline, within } from "../src/index.ts";
import { type Behaviour, client, type Recorded } from "./provider.ts";
import { type Site, secret, startSite } from "./site.ts";

const email = "ada.lovelace@example.net";

/** All that a site said: log lines down to every cause, answers but for cookies and Location. */
async function everythingSaid(site: Site, answers: readonly Response[]): Promise<string> {
  const said = [inspect(site.lines, { depth: 20, showHidden: true })];
  for (const answer of answers) {
    for (const [name, value] of answer.headers) {
      if (name !== "set-cookie" && name !== "location") said.push(`${name}: ${value}`);
    }
    said.push(await answer.text());
  }
  return said.join("\n");
}

/** Signs in, and sees that nothing secret was said on the way. */
async function signInQuietly(site: Site, accept: string) {
  site.provider.profile = { id: 1, login: "ada", email };
  const person = site.browser();
  const back = await person.leaveFor("example");
  const state = new URL(back).searchParams.get("state") ?? "";
  const sealed = [...person.cookies.values()];
  const headers = { accept, "sec-fetch-site": "cross-site" };
  const answer = await person.send("GET", back, headers);
  const again = await person.send("GET", back, headers);

  const said = await everythingSaid(site, [answer, again]);
  const cookies = [...sealed, ...person.cookies.values()];
  for (const secrecy of [...site.provider.secrets, ...cookies, state, secret]) {
    assert.ok(!said.includes(secrecy), `"${secrecy}" was said in ${said}`);
  }
  return { said, answer };
}

// Answers that quote what they were asked, as providers in trouble do.
const echo = ({ form, headers }: Recorded) =>
  `<h1>Error</h1> ${form.toString()} ${headers.authorization} ${email}`;
const faults: Readonly<Record<string, Behaviour | undefined>> = {
  "goes well": undefined,
  "meets an HTML page that quotes the request": (request) => ({ body: echo(request) }),
  "meets a 500 that quotes the request": (request) => ({ status: 500, body: echo(request) }),
  "meets a refusal that quotes the request": (request) => ({
    status: 400,
    body: { error: "invalid_grant", error_description: echo(request) },
  }),
  "meets an error word that is a whole sentence": () => ({
    status: 400,
    body: { error: `<b>no</b> ${client.secret.slice(0, 6)}${"x".repeat(500)}` },
  }),
  "meets tokens of a type that nobody knows": () => ({
    body: { access_token: "access-x", token_type: "mac", expires_in: "soon" },
  }),
  "meets an answer that breaks off": "drop",
};

for (const [what, behaviour] of Object.entries(faults)) {
  for (const accept of ["text/html", "application/json"]) {
    test(`nothing secret is said when a login ${what} (${accept})`, async (t) => {
      const site = await startSite(t);
      site.provider.secrets.push("access-x");
      if (behaviour !== undefined) {
        site.provider.on("/token", behaviour);
      }
      const { said, answer } = await signInQuietly(site, accept);
      // The person who asks as a program is told their own address.
      if (answer.status !== 200) assert.ok(!said.includes(email));
      assert.equal(answer.ok || answer.status === 303, behaviour === undefined);
    });
  }
}

test("nothing secret is said when the profile answer quotes the token", async (t) => {
  const site = await startSite(t);
  site.provider.on("/profile", (request) => ({ body: echo(request) }));
  assert.ok(!(await signInQuietly(site, "text/html")).said.includes(email));
});

test("nothing secret is said when a step falls over with a provider's error", async (t) => {
  const fall = within(
    "fall",
    async ({ user }: { readonly user: { readonly username: string } }) => {
      throw new Error(`${user.username} cannot be greeted`);
    },
  );
  const pipeline = [...defaultPipeline, fall] as unknown as Pipeline;
  const site = await startSite(t, { pipeline });
  const { said } = await signInQuietly(site, "text/html");
  assert.match(said, /ada cannot be greeted/);
  assert.ok(!said.includes(email));
});

test("nothing secret is said when a step after the commit fails at the provider", async (t) => {
  const call = after("call", async (_: object, { http }) => {
    const url = "https://127.0.0.1:1/never";
    await http.request({ url, headers: { authorization: `Bearer ${client.secret}` } });
    return {};
  });
  const pipeline = [...defaultPipeline, call] as unknown as Pipeline;
  const site = await startSite(t, { pipeline });
  const { said } = await signInQuietly(site, "text/html");
  assert.match(said, /a step after the login failed/);
  assert.match(said, /provider_unreachable/);
});

test("what the provider says about an error is not on the page", async (t) => {
  const site = await startSite(t);
  const words = "<script>alert(1)</script>";
  site.provider.on("/authorize", ({ query }) => {
    const back = new URL(query.get("redirect_uri") ?? "");
    back.searchParams.set("error", words);
    back.searchParams.set("error_description", `call us at ${email}`);
    back.searchParams.set("state", query.get("state") ?? "");
    return { status: 302, headers: { location: back.href } };
  });
  const answer = await site.browser().signIn("example");
  const page = await answer.text();
  assert.equal(answer.status, 502);
  assert.doesNotMatch(page, /script|call us/);
  assert.match(inspect(site.lines), /script/);
  assert.doesNotMatch(inspect(site.lines), /call us/);
});
