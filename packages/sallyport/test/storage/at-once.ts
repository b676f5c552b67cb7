import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Browser } from "../browser.ts";
import { said, signIn } from "../faults/flows.ts";
import { Provider } from "../provider.ts";
import { origin } from "../site.ts";
import type { TestDatabase } from "./databases.ts";

// What several people, or one at several windows, do at once at two processes of one
// application: each a server of its own, on one database.

/** Runs the cases on a kind of database. */
export function runAtOnce(kind: string, makeDatabase: () => Promise<TestDatabase>): void {
  const provider = new Provider();
  const ends: (() => unknown)[] = [];
  let ports: readonly number[] = [];
  let database: TestDatabase;
  let people = 0;

  before(async () => {
    await provider.listen();
    ends.unshift(() => provider.close());
    database = await makeDatabase();
    ends.unshift(() => database.close());
    ports = await Promise.all([1, 2].map(() => startProcess(database.address, provider, ends)));
  });
  after(async () => {
    for (const end of ends) await end();
  });

  /** Browsers that turn to one process and the other, from request to request. */
  const browserAt = (first: number) => {
    let at = first;
    return new Browser(origin, async (request) => {
      const { pathname, search } = new URL(request.url);
      const target = `http://127.0.0.1:${ports[at++ % 2]}${pathname}${search}`;
      const { method, headers } = request;
      const body = method === "POST" ? await request.text() : null;
      return fetch(target, { method, headers, body, redirect: "manual" });
    });
  };
  const browsers = (count: number) => Array.from({ length: count }, (_, at) => browserAt(at));
  const newPerson = () => {
    const login = `person-${++people}`;
    provider.profile = { id: people * 10, login, email: `${login}@example.net` };
    return { login, other: { ...provider.profile, id: people * 10 + 1, login: `also-${login}` } };
  };
  const count = async (from: string) => {
    const [row] = await database.ask(`select count(*) as total from ${from}`);
    return Number(row?.total);
  };
  const accountsOf = (login: string) =>
    count(`social_auth where user_id in (select id from users where username = '${login}')`);
  const nameAt = async (browser: Browser) => {
    const signedIn = (await (await browser.get("/auth/session")).json()) as {
      readonly user: { readonly username: string };
    } | null;
    return signedIn?.user.username;
  };
  const statuses = (answers: readonly Response[]) => answers.map(({ status }) => status);

  test(`eight first logins of one person make one user, one account, eight sessions (${kind})`, async () => {
    const { login } = newPerson();
    const eight = browsers(8);
    assert.deepEqual(
      statuses(await Promise.all(eight.map((one) => signIn(one)))),
      Array(8).fill(303),
    );
    assert.deepEqual(await Promise.all(eight.map(nameAt)), Array(8).fill(login));
    assert.deepEqual(
      [await count(`users where username like '${login}%'`), await accountsOf(login)],
      [1, 1],
    );
  });

  test(`eight logins with two new accounts of one address make one user (${kind})`, async () => {
    const { login, other } = newPerson();
    const eight = browsers(8);
    const one = provider.profile;
    // The provider says at once who is there, so each leaves as one of both.
    const backs: string[] = [];
    for (const [at, browser] of eight.entries()) {
      provider.profile = at % 2 ? other : one;
      backs.push(await leaveFor(browser, at % 2 ? "second" : "example"));
    }
    const answers = await Promise.all(
      eight.map((browser, at) => browser.send("GET", backs[at] ?? "")),
    );
    assert.deepEqual(statuses(answers), Array(8).fill(303));
    // Their usernames differ, so that nothing but the address brings them together.
    assert.equal(new Set(await Promise.all(eight.map(nameAt))).size, 1);
    const users = `users where email = '${login}@example.net'`;
    assert.equal(await count(users), 1);
    assert.equal(await count(`social_auth where user_id in (select id from ${users})`), 2);
  });

  test(`of 20 replies to one question exactly one signs in (${kind})`, async () => {
    const { login } = newPerson();
    const [browser = browserAt(0)] = browsers(1);
    const address = (await signIn(browser, "example", "/asking")).headers.get("location") ?? "";
    const cookie = browser.cookieHeader();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        browserAt(at).post(
          address,
          { "sec-fetch-site": "same-origin", origin, cookie },
          new URLSearchParams(said),
        ),
      ),
    );
    const sessions = replies.filter((answer) =>
      /sallyport-session=[\w-]{43}/.test(answer.headers.get("set-cookie") ?? ""),
    );
    assert.equal(sessions.length, 1);
    const users = `users where username = '${login}'`;
    assert.equal(await count(`sessions where user_id in (select id from ${users})`), 1);
    assert.equal(await accountsOf(login), 1);
  });

  test(`of two disconnects of the last two accounts one stays (${kind})`, async () => {
    for (let round = 0; round < 5; round++) {
      const { login, other } = newPerson();
      const browser = browserAt(0);
      await signIn(browser);
      provider.profile = other;
      await signIn(browser, "second");
      assert.equal(await accountsOf(login), 2);
      const answers = await Promise.all(
        ["example", "second"].map((name) => browser.post(`/auth/disconnect/${name}`)),
      );
      // 401 where the session came from the account that went first, and has ended with it.
      assert.match(statuses(answers).sort().join(), /^303,(401|409)$/);
      assert.equal(await accountsOf(login), 1);
    }
  });
}

/** The way to the provider and back, but for the last request. */
async function leaveFor(browser: Browser, backend: string): Promise<string> {
  const there = await browser.follow(await browser.get(`/auth/login/${backend}`));
  return there.headers.get("location") ?? "";
}

/** Starts one on the database; gives its port. */
async function startProcess(
  address: string,
  { origin: url }: Provider,
  ends: (() => unknown)[],
): Promise<number> {
  const script = fileURLToPath(new URL("site-process.ts", import.meta.url));
  const node = ["--conditions=sallyport-source", "--import", "tsx", script, address, url];
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  ends.unshift(async () => {
    child.kill();
    await ended;
  });
  const [port] = await once(child.stdout, "data");
  return Number(port);
}
