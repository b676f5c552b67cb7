import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import { GitHubEnterpriseOAuth2 } from "../../src/backends/github.ts";
import type { Storage } from "../../src/index.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { startProvider } from "../provider.ts";
import { settingsFor, startSite, temporaryFile } from "../site.ts";
import { postgresDatabase } from "../storage/databases.ts";
import { asGitHubEnterprise, type DjangoSite, needDjango, startDjango } from "./django-site.ts";
import { runCommand } from "./run-command.ts";

// People who signed in with python-social-auth are the same people here:
// apt-get install python3-django python3-social-django python3-psycopg2

// As `openssl rand -hex 32` makes one.
const secret = "0123456789abcdef".repeat(4);
const ada = { id: 7, login: "ada", name: "Ada Lovelace", email: "ada@example.com" };
const ben = { id: 8, login: "Ben", name: "Ben Nevis", email: "ben@example.com" };
const cleo = { id: 9, login: "cleo", name: "Cleo", email: "cleo@example.com" };

before(needDjango);

interface Moving {
  /** Django's database, and ours. */
  readonly from: string;
  readonly into: string;
  readonly open: () => Storage;
  readonly database: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

const kinds: Readonly<Record<string, (t: TestContext) => Promise<Moving>>> = {
  async "a SQLite file"(t) {
    const [from, into] = [temporaryFile(t, "django.db"), temporaryFile(t)];
    return {
      from: `sqlite:${from}`,
      into: `sqlite:${into}`,
      open: () => sqliteStorage(into),
      database: { ENGINE: "django.db.backends.sqlite3", NAME: from },
    };
  },

  // With Django's own JSON column, above which social-app-django's writes text.
  async "one PostgreSQL database for both"(t) {
    const { address, close } = await postgresDatabase();
    t.after(close);
    const { hostname, port, username, pathname } = new URL(address);
    return {
      from: address,
      into: address,
      open: () => postgresStorage(address),
      database: {
        ENGINE: "django.db.backends.postgresql",
        NAME: pathname.slice(1),
        HOST: hostname,
        PORT: port,
        USER: username,
      },
      settings: { SOCIAL_AUTH_JSONFIELD_ENABLED: true },
    };
  },
};

for (const [kind, prepare] of Object.entries(kinds)) {
  test(`who signed in at Django signs in here as the same user (${kind})`, async (t) => {
    const { from, into, open, database, settings } = await prepare(t);
    const provider = asGitHubEnterprise(await startProvider(t));
    const signInAtDjango = async (django: DjangoSite, person: typeof ada) => {
      provider.profile = person;
      provider.tokenExtras = { expires: 3600 };
      await django.signIn();
    };
    const django = await startDjango(t, provider, database, settings);
    await signInAtDjango(django, ada);
    await signInAtDjango(django, ben);
    const [adasToken] = provider.secrets.filter((text) => text.startsWith("access-"));

    const environment = { DATABASE_URL: into, SALLYPORT_SECRET: secret };
    const run = (...args: string[]) => runCommand(["import-django", from, ...args], environment);
    await runCommand(["migrate"], environment);
    const report = [
      "users: 3 added, 0 already there",
      "  to be made an administrator by hand: root (superuser at Django)",
      "accounts: 2 added, 0 already there",
      "  github-enterprise: 2",
    ];
    const dry = await run("--dry-run");
    assert.deepEqual(dry, said("a dry run: nothing is written", ...report));
    assert.deepEqual(await run(), said(...report));

    const storage = open();
    const site = await startSite(t, {
      storage,
      secrets: [secret],
      backends: () => [new GitHubEnterpriseOAuth2(settingsFor(provider))],
      now: () => new Date(),
    });
    const before = await Promise.all([1, 2, 3].map((id) => storage.users.find(id)));
    assert.deepEqual(
      before.map((user) => [user?.username, user?.email, user?.fullName, user?.isAdmin]),
      [
        ["root", "root@example.com", "", false],
        ["ada", "ada@example.com", "Ada Lovelace", false],
        ["Ben", "ben@example.com", "Ben Nevis", false],
      ],
    );
    assert.equal(await site.auth.accessToken({ id: 2 }, "github-enterprise"), adasToken);

    for (const [person, id] of [
      [ada, 2],
      [ben, 3],
    ] as const) {
      provider.profile = person;
      const browser = site.browser();
      assert.equal((await browser.signIn("github-enterprise")).status, 303);
      const user = await site.auth.user({ headers: { cookie: browser.cookieHeader() } });
      assert.deepEqual([user?.id, user?.username], [id, person.login]);
    }
    assert.equal(await storage.users.find(4), undefined, "nobody is new");
    assert.equal(await count(storage, "users"), 3);
    assert.equal(await count(storage, "social_auth"), 2);

    await signInAtDjango(django, cleo);
    const later = await run();
    assert.match(later.stdout, /^users: 1 added, 3 already there\n/);
    assert.match(later.stdout, /^accounts: 1 added, 2 already there\n/m);
    assert.equal((await storage.users.findByUsername("cleo"))?.id, 4);
    assert.match((await run()).stdout, /^nothing to do\nusers: 0 added, 4 already there\n/);

    // Ids go on behind those that came.
    provider.profile = { id: 10, login: "dan" };
    await site.browser().signIn("github-enterprise");
    assert.equal((await storage.users.findByUsername("dan"))?.id, 5);
  });
}

function said(...lines: readonly string[]) {
  return { code: 0, stdout: lines.map((line) => `${line}\n`).join(""), stderr: "" };
}

async function count({ sql }: Storage, table: string): Promise<number> {
  const [row] = (await sql?.all(`select count(*) as total from ${table}`, [])) ?? [];
  return Number(row?.total);
}
