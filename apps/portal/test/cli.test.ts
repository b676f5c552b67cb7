import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { describe, test } from "node:test";
import Database from "better-sqlite3";
import { startSandbox } from "sallyport-sandbox";
import { MemberBrowser } from "./member-browser.ts";
import { runPortal, startPortal } from "./portal-process.ts";
import { freePort, peeringdb, temporaryFile } from "./running-portal.ts";

describe("the command", { concurrency: 2 }, () => {
  for (const args of [[], ["help"], ["toString"], ["--port", "1"]]) {
    test(`"${args.join(" ")}" is none, so it explains itself and ends with 2`, async (t) => {
      const { code, output } = await runPortal(t, args);
      assert.equal(code, 2);
      assert.match(output, /^Usage: npm run portal -- COMMAND\n\n {2}serve .*demo-members /s);
    });
  }

  for (const [what, environment, line] of [
    ["a short secret", { SALLYPORT_SECRET: "short" }, /^SALLYPORT_SECRET must have at least 32/],
    ["production and no secret", { NODE_ENV: "production" }, /^NODE_ENV is production, so/],
    [
      "another database",
      { DATABASE_URL: "oracle://u:p@h/d" },
      /must be sqlite:FILE, .*, not oracle:/,
    ],
    [
      "a server's database that does not answer",
      { DATABASE_URL: "postgres://u:p@127.0.0.1:9/d", SALLYPORT_SECRET: "x".repeat(32) },
      /ECONNREFUSED/,
    ],
    [
      "a server's database and no secret",
      { DATABASE_URL: "mysql://u:p@127.0.0.1:9/d" },
      /^DATABASE_URL is mysql:, so SALLYPORT_SECRET must be set/,
    ],
    ["no client", { AUTH_PEERINGDB_ENABLED: "true" }, /so PEERINGDB_OAUTH_CLIENT_ID must be set/],
    ["plain http", { BASE_URL: "http://portal.ix.example" }, /must be https/],
    [
      "a folder that is not there",
      { DATABASE_URL: "sqlite:/nowhere/at/all.db" },
      /^\/nowhere\/at\/all.db: .*directory does not exist/,
    ],
  ] as const) {
    test(`serve with ${what} ends with 1 and one line`, async (t) => {
      const DATABASE_URL = `sqlite:${temporaryFile(t)}`;
      const { code, output } = await runPortal(t, ["serve"], { DATABASE_URL, ...environment });
      assert.equal(code, 1, output);
      assert.match(output, line);
      assert.match(output, /^[^\n]+\n$/, "one line");
      assert.doesNotMatch(output, /u:p/);
    });
  }

  test("serve says in one line that its database is none", async (t) => {
    const file = temporaryFile(t);
    writeFileSync(file, "asn,name\n".repeat(1000));
    const { code, output } = await runPortal(t, ["serve"], { DATABASE_URL: `sqlite:${file}` });
    assert.deepEqual([code, output], [1, `${file}: file is not a database\n`]);
  });

  test("serve says in one line that the port is taken", async (t) => {
    const other = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, resolve));
    t.after(async () => void other.close());
    const environment = { PORT: String(port), DATABASE_URL: `sqlite:${temporaryFile(t)}` };
    const { code, output } = await runPortal(t, ["serve"], environment);
    assert.deepEqual([code, output], [1, "The port is taken; set PORT to another one.\n"]);
  });

  test("serve warns about privileges that no login gives, and starts", async (t) => {
    const port = String(await freePort());
    const portal = startPortal(t, ["serve"], {
      ...peeringdb({ url: "http://localhost:1" }),
      PORT: port,
      DATABASE_URL: `sqlite:${temporaryFile(t)}`,
      AUTH_PEERINGDB_PRIVS: "3",
    });
    await portal.says("The portal answers");
    assert.equal(
      portal.output(),
      'AUTH_PEERINGDB_PRIVS is 1, 2 or "perms", not "3"; 1 is used\n' +
        `The portal answers at http://localhost:${port}\n`,
    );
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`serve ends within a second of ${signal}, whoever is connected`, async (t) => {
      const port = await freePort();
      const DATABASE_URL = `sqlite:${temporaryFile(t)}`;
      const portal = startPortal(t, ["serve"], { PORT: String(port), DATABASE_URL });
      await portal.says("The portal answers");
      // One connection that is kept alive, and one that a browser opened ahead and left silent.
      assert.equal((await fetch(`http://localhost:${port}/auth/login`)).status, 200);
      const silent = connect(port, "localhost").on("error", () => {});
      await new Promise((resolve) => silent.once("connect", resolve));
      t.after(async () => void silent.destroy());

      const asked = performance.now();
      portal.child.kill(signal);
      assert.equal(await portal.ended, 0, portal.output());
      assert.ok(performance.now() - asked < 1000);
    });
  }

  test("serve answers a login that waits for PeeringDB, then ends", async (t) => {
    const { portal, sandbox, browser } = await startServing(t);
    const back = await browser.decide(1001);
    sandbox.setFaults({ token: { delayMs: 2500 } });
    const waiting = browser.get(back, "cross-site");
    while (sandbox.requests().every(({ path }) => path !== "/oauth2/token/")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    portal.child.kill("SIGTERM");
    assert.equal((await waiting).status, 303);
    assert.equal(await portal.ended, 0, portal.output());
  });

  test("serve that drains is not ready any more, answers all the same, and ends then", async (t) => {
    const port = await freePort();
    const portal = startPortal(t, ["serve"], {
      PORT: String(port),
      DATABASE_URL: `sqlite:${temporaryFile(t)}`,
      DRAIN_SECONDS: "2",
    });
    await portal.says("The portal answers");
    const origin = `http://localhost:${port}`;
    assert.equal((await fetch(`${origin}/readyz`)).status, 200);
    portal.child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 200));

    const probe = await fetch(`${origin}/readyz`);
    assert.deepEqual([probe.status, await probe.json()], [503, { ready: false }]);
    assert.ok(probe.headers.has("retry-after"));
    const page = await fetch(`${origin}/auth/login`);
    assert.deepEqual([page.status, page.headers.get("connection")], [200, "close"]);
    assert.equal((await fetch(`${origin}/healthz`)).status, 200, "it is alive");
    assert.equal(await portal.ended, 0, portal.output());
    await assert.rejects(fetch(`${origin}/auth/login`));
  });

  test("serve makes a secret for its owner's eyes, and sessions outlive a restart", async (t) => {
    const { portal, browser, environment, file } = await startServing(t);
    await browser.signIn(1001);
    assert.equal((await browser.me()).status, 200);
    const secret = readFileSync(`${file}-secret`, "utf8");
    assert.match(secret, /^[0-9a-f]{64}\n$/);
    assert.equal(statSync(`${file}-secret`).mode & 0o777, 0o600);
    const back = await browser.decide(1001);
    portal.child.kill();
    await portal.ended;

    await startPortal(t, ["serve"], environment).says("The portal answers");
    assert.equal(readFileSync(`${file}-secret`, "utf8"), secret);
    assert.equal((await browser.me()).status, 200);
    assert.equal((await browser.comeBack(back)).status, 200, "a login outlives it as well");
  });

  test("serve writes neither code, state, token, secret nor e-mail to its output", async (t) => {
    const { portal, sandbox, browser } = await startServing(t);
    const tokens = { access_token: "the-access-token", refresh_token: "the-refresh-token" };
    const secrets = [...Object.values(tokens), "sandbox-secret", "ada@example.net"];
    for (const profile of [{ status: 500, body: tokens }, { html: true }, {}]) {
      const back = await browser.decide(1001);
      for (const name of ["code", "state"]) {
        secrets.push(new URL(back).searchParams.get(name) ?? assert.fail(`no ${name}`));
      }
      secrets.push(...browser.cookies.values());
      sandbox.setFaults({ profile });
      await browser.comeBack(back);
      await browser.comeBack(back);
      sandbox.setFaults({});
    }
    secrets.push(...browser.cookies.values());
    await portal.says("signed in");
    for (const secret of secrets) {
      assert.ok(!portal.output().includes(secret), `"${secret}" in ${portal.output()}`);
    }
  });

  test("migrate brings the tables up to date, and --check only says what they lack", async (t) => {
    const file = temporaryFile(t);
    const environment = { DATABASE_URL: `sqlite:${file}` };
    const pending = await runPortal(t, ["migrate", "--check"], environment);
    assert.equal(pending.code, 1);
    assert.match(pending.output, /^001-users-and-accounts of core: pending\n/);
    assert.match(pending.output, /\n001-customers-and-affiliations of affiliations: pending\n/);
    assert.equal(existsSync(file), false);

    const done = await runPortal(t, ["migrate"], environment);
    assert.deepEqual(done, { code: 0, output: pending.output.replaceAll("pending", "done") });
    for (const again of [["migrate"], ["migrate", "--check"]]) {
      const nothing = await runPortal(t, again, environment);
      assert.deepEqual(nothing, { code: 0, output: "nothing to do\n" });
    }
    assert.equal((await runPortal(t, ["migrate", "--chekc"], environment)).code, 2);
  });

  test("demo-members makes its members once, and touches nobody else's", async (t) => {
    const file = temporaryFile(t);
    const environment = { DATABASE_URL: `sqlite:${file}` };
    const first = await runPortal(t, ["demo-members"], environment);
    assert.deepEqual(first, { code: 0, output: "Made 10 members to try the portal with.\n" });
    const database = new Database(file);
    t.after(async () => void database.close());
    database.exec("delete from customers where asn <> 64496");
    database.exec("update customers set name = 'Renamed'");

    const second = await runPortal(t, ["demo-members"], environment);
    assert.deepEqual(second, { code: 0, output: "" });
    assert.deepEqual(database.prepare("select asn, name from customers").all(), [
      { asn: 64496, name: "Renamed" },
    ]);
  });
});

/** A portal in a process of its own, its PeeringDB, and a member's browser. */
async function startServing(t: { after(end: () => Promise<void>): void }) {
  const sandbox = await startSandbox();
  t.after(() => sandbox.close());
  const [file, port] = [temporaryFile(t), await freePort()];
  const environment = {
    ...peeringdb(sandbox),
    PORT: String(port),
    DATABASE_URL: `sqlite:${file}`,
  };
  await runPortal(t, ["demo-members"], environment);
  const portal = startPortal(t, ["serve"], environment);
  await portal.says("The portal answers");
  const browser = new MemberBrowser(`http://localhost:${port}`, sandbox);
  return { portal, sandbox, browser, environment, file };
}
