import assert from "node:assert/strict";
import type { Association, User } from "../../src/index.ts";
import type { Browser } from "../browser.ts";
import type { Person, Site } from "../site.ts";
import { codeOf } from "../site.ts";

// What can be seen of a site from outside, for the cases.

export const ada: Person = { id: 1, login: "ada", email: "ada@example.net", name: "Ada" };
export const bob: Person = { id: 2, login: "bob", email: "bob@example.org", name: "Bob" };

/** How a login ends: with a session, with a question, or with an error's code. */
export async function outcomeOf(site: Site, person: Person, browser = site.browser()) {
  site.provider.profile = { ...person };
  const answer = await browser.signIn("example");
  if (answer.status !== 303) return codeOf(answer);
  return answer.headers.get("location")?.includes("/resume/") ? "asked" : "in";
}

/** Where a login leads. */
export async function endOf(site: Site, person: Person, next = "", browser = site.browser()) {
  site.provider.profile = { ...person };
  return (await browser.signIn("example", next)).headers.get("location");
}

/** The account that a person has signed in with. */
export async function accountOf(site: Site, person: Person): Promise<Association> {
  assert.equal(await outcomeOf(site, person), "in");
  const account = await site.storage.associations.find("example", String(person.id));
  assert.ok(account);
  return account;
}

/** The user that a person's login makes, or keeps. */
export async function userOf(site: Site, person: Person): Promise<User> {
  const user = await site.storage.users.find((await accountOf(site, person)).userId);
  assert.ok(user);
  return user;
}

/** The authorization request of a login. */
export async function authorization(site: Site): Promise<URL> {
  const answer = await site.browser().get("/auth/login/example");
  assert.equal(answer.status, 303);
  return new URL(answer.headers.get("location") ?? "");
}

/** How often the provider was asked at this path. */
export function askedAt(site: Site, path: string): number {
  return site.provider.to(path).length;
}

/** The answer to somebody with two accounts who disconnects the second. */
export async function disconnectOne(site: Site): Promise<Response> {
  const browser: Browser = site.browser();
  assert.equal(await outcomeOf(site, ada, browser), "in");
  assert.equal(await outcomeOf(site, { ...ada, id: 7 }, browser), "in");
  const account = await site.storage.associations.find("example", "7");
  return browser.post(`/auth/disconnect/example/${account?.id}`);
}

/** Ada has a user and an account already. */
export async function knownAda({ storage }: Site, isActive = true): Promise<void> {
  const now = new Date();
  const { id } = await storage.users.add({ username: "ada", creator: "test" }, now);
  await storage.users.update(id, { isActive }, now);
  await storage.associations.add({ userId: id, provider: "example", uid: "1" }, now);
}
