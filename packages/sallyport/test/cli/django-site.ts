import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Browser } from "../browser.ts";
import { client, type Provider } from "../provider.ts";

// A Django site that signs people in with Debian's python3-social-django, and the GitHub
// Enterprise that both it and a site of ours send people to.

const program = fileURLToPath(new URL("../servers/django-social-auth.py", import.meta.url));
// Debian's own Python, which has Debian's packages.
const python = "/usr/bin/python3";

/** Fails where Debian's packages are missing. */
export function needDjango(): void {
  const { status } = spawnSync(python, ["-c", "import django, social_django, psycopg2"]);
  const packages = "python3-django python3-social-django python3-psycopg2";
  assert.equal(status, 0, `missing: apt-get install ${packages}`);
}

/** Makes the provider answer where a GitHub Enterprise does. */
export function asGitHubEnterprise(provider: Provider): Provider {
  const like = (path: string, as: string) =>
    provider.on(path, (request) => {
      const authorization = request.headers.authorization?.replace(/^token /, "Bearer ");
      return provider.standard({
        ...request,
        path: as,
        headers: { ...request.headers, authorization },
      });
    });
  like("/login/oauth/authorize", "/authorize");
  like("/login/oauth/access_token", "/token");
  like("/api/v3/user", "/profile");
  provider.on("/api/v3/user/emails", () => {
    const { email } = provider.profile;
    return { body: email === undefined ? [] : [{ email, primary: true, verified: true }] };
  });
  return provider;
}

/** A running Django site. */
export interface DjangoSite {
  /** Signs in whoever the provider says next; fails unless Django welcomes them. */
  signIn(): Promise<void>;
}

/** Starts one on this database, which is brought up to date; it ends with the test. */
export async function startDjango(
  t: { after(end: () => void): void },
  provider: Provider,
  database: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<DjangoSite> {
  const told = { database, provider: provider.origin, settings, key: client.id };
  const started = spawn(python, [program, JSON.stringify({ ...told, secret: client.secret })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => void started.kill());
  const [port] = await Promise.race([
    once(started.stdout, "data"),
    once(started, "exit").then(() => assert.fail("Django ended")),
  ]);
  return {
    async signIn() {
      const browser = new Browser(`http://127.0.0.1:${Number(port)}`, (request) => fetch(request));
      const back = await browser.follow(await browser.get("/login/github-enterprise/"));
      const welcome = await browser.follow(back);
      assert.equal(welcome.headers.get("location"), "/welcome", await welcome.text());
    },
  };
}
