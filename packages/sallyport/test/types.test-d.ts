// Compiled, never run: what the types promise. Each `@ts-expect-error` is an error if there is none.

import type { Database } from "better-sqlite3";
import type { PoolClient } from "pg";
import { GitHubOAuth2, GitHubOrganizationOAuth2 } from "../src/backends/github.ts";
import { PeeringDBOAuth2 } from "../src/backends/peeringdb.ts";
import {
  after,
  before,
  createAuth,
  type DetachedUserStore,
  type defaultPipeline,
  type GivenToSite,
  type Identity,
  type Pipeline,
  pipeline,
  refuse,
  type SessionStore,
  type Setting,
  type Storage,
  type User,
  type UserDetails,
  type UserSession,
  type UserStore,
  within,
} from "../src/index.ts";
import { BaseOAuth2 } from "../src/protocols/oauth2.ts";
import { askNewPeople, type Said } from "../src/steps/ask-new-people.ts";
import { associateUser } from "../src/steps/associate-user.ts";
import { createUser } from "../src/steps/create-user.ts";
import { getUsername } from "../src/steps/get-username.ts";
import { socialDetails } from "../src/steps/social-details.ts";
import { socialUid } from "../src/steps/social-uid.ts";
import { socialUser } from "../src/steps/social-user.ts";
import { postgresStorage } from "../src/storage/postgres.ts";
import { sqliteStorage } from "../src/storage/sqlite.ts";

type Equal<One, Other> = [One, Other] extends [Other, One] ? true : false;
const holds = <Claim extends true>(claim?: Claim) => claim;

// --- Backends, as an application writes them ---------------------------------------------

const clientId = "id";
const clientSecret = "secret";
declare const storage: Storage;

createAuth({
  baseUrl: "https://portal.example.net",
  secrets: ["a secret"],
  backends: [
    new PeeringDBOAuth2({ clientId, clientSecret }),
    new GitHubOAuth2({ clientId, clientSecret, scope: ["read:user"] }),
    new GitHubOrganizationOAuth2({ clientId, clientSecret, organization: "acme" }),
    new GitHubOAuth2(),
  ],
  storage,
});

const site = {
  baseUrl: "https://portal.example.net",
  secrets: ["a secret"],
  backends: [],
  storage,
};
createAuth({
  ...site,
  trustedProxies: ["127.0.0.1"],
  limits: { loginStarts: { minute: 5, hour: false }, messages: false },
});
createAuth({ ...site, limits: false });

// @ts-expect-error nobody trusts everybody
createAuth({ ...site, trustedProxies: true });

// @ts-expect-error a limit that does not exist
createAuth({ ...site, limits: { logins: { minute: 5 } } });

// @ts-expect-error a setting that does not exist
new GitHubOAuth2({ clientId, clientSecre: "typo" });

// @ts-expect-error the organisation is the other class's setting
new GitHubOAuth2({ clientId, organization: "acme" });

// A setting has its type, wherever it is given and read.
const given: GivenToSite = { whitelistedDomains: ["example.net"], uuidLength: 12 };
new GitHubOAuth2({ ...given, usePkce: false, userFieldMapping: { username: "fullName" } });
holds<Equal<Setting<"whitelistedDomains">, readonly string[]>>();
holds<Equal<Setting<"newUserRedirectUrl">, string | undefined>>();
holds<Equal<Setting<"a subclass's own">, unknown>>();
declare const github: GitHubOAuth2;
const length: number = github.setting("uuidLength");

// @ts-expect-error one that does not exist
new GitHubOAuth2({ whitelistedDomain: ["example.net"] });
// @ts-expect-error a client belongs to one backend
const client: GivenToSite = { clientId: "id" };
// @ts-expect-error addresses are filled by addresses only
new GitHubOAuth2({ userFieldMapping: { fullName: "email" } });

export const unused = [length, client];

// A backend of the same provider extends the plain one, name and all.
const organization: GitHubOAuth2 = new GitHubOrganizationOAuth2();
holds<Equal<(typeof organization)["name"], string>>();

// Every backend must decide whether an address is verified.
export abstract class Undecided extends BaseOAuth2 {
  override getUserDetails(): UserDetails {
    // @ts-expect-error `emailVerified` is missing
    return { username: "ada" };
  }
}

// The profile has the backend's type.
declare const peeringdb: PeeringDBOAuth2;
type Profile = ReturnType<typeof peeringdb.toIdentity>["response"];
holds<Equal<Profile["verifiedUser"], boolean>>();
// @ts-expect-error there is no such field
holds<Equal<Profile["nickname"], string>>();

// --- Sessions -----------------------------------------------------------------------------

// A store need not know where somebody is signed in.
declare const unlisted: Omit<SessionStore, "list">;
export const store: SessionStore = unlisted;
// What a user sees of a session says which one asks, and has no user in it.
holds<Equal<UserSession["current"], boolean>>();
// @ts-expect-error the list is one user's already
holds<Equal<UserSession["userId"], number>>();

// --- Pipelines ----------------------------------------------------------------------------

const whole: Pipeline = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  getUsername(),
  createUser(),
  associateUser,
  after("greet", ({ user }: { readonly user: User }) => ({ greeted: user.username })),
);
holds<Equal<typeof whole, typeof defaultPipeline>>();

// @ts-expect-error nobody has found the user yet
pipeline(socialDetails, socialUid, associateUser, socialUser, getUsername(), createUser());

// @ts-expect-error nobody has made the username
pipeline(socialDetails, socialUid, socialUser, createUser());

const asking = askNewPeople({ form: { title: "Welcome", fields: [] } });
const chosen = getUsername(({ answers }: { readonly answers: Said }) => [answers.username ?? ""]);
pipeline(socialDetails, socialUid, socialUser, asking, chosen, createUser());

// @ts-expect-error nobody has asked for the username
pipeline(socialDetails, socialUid, socialUser, chosen, asking, createUser());

const late = before("late", () => ({}));
const mail = after("mail", () => ({}));

// @ts-expect-error writing comes after calling out
pipeline(socialDetails, socialUid, socialUser, late);

// @ts-expect-error the commit comes after writing
pipeline(socialDetails, socialUid, mail, socialUser);

// @ts-expect-error it ends without a user
const without: Pipeline = pipeline(socialDetails, socialUid);

// @ts-expect-error a list that nobody checked
const list: Pipeline = [socialDetails, socialUid];

// @ts-expect-error there is no such list either
createAuth({ baseUrl: "", secrets: [], backends: [], storage, pipeline: [socialDetails] });

export const used = [without, list];

// --- What a step may do -------------------------------------------------------------------

// Before the transaction it reads and calls out.
before("ask", async ({ identity: { uid } }: { readonly identity: Identity }, { http, users }) => {
  await users.findByEmail(uid);
  return { answer: await http.json({ url: "https://provider.example" }) };
});
// @ts-expect-error but does not write
before("write", (_: object, { users }) => ({ added: users.add }));
// @ts-expect-error and has no tables
before("tables", (_: object, { tables }) => ({ tables }));

// Within it reads and writes.
within("write", async ({ user }: { readonly user: User }, { tables, now }) => {
  await tables.users.update(user.id, { fullName: "Ada" }, now);
  return {};
});
// @ts-expect-error but does not call out
within("ask", (_: object, { http }) => ({ http }));

// After the commit it calls out, and has no tables.
after("mail", async (_: object, { http }) => {
  await http.request({ url: "https://mail.example" });
  return {};
});
// @ts-expect-error the login is written already
after("write", (_: object, { tables }) => ({ tables }));

// A refusal is a value, of a known code or one's own with its words.
within("refuse", () => refuse("account_not_allowed"));
within("refuse", () =>
  refuse("no_member", { explanation: { sentence: "No member.", nextStep: "Become one." } }),
);
// @ts-expect-error a step gives an object or refuses
within("nothing", () => 7);

// --- An application's own users -------------------------------------------------------------

declare const ofPg: UserStore<PoolClient>;
declare const ofSqlite: UserStore<Database>;
declare const detached: DetachedUserStore;
postgresStorage("postgres://", { users: ofPg });
sqliteStorage("app.db", { users: ofSqlite });
sqliteStorage("app.db", { users: detached });
// @ts-expect-error the connection is another driver's
sqliteStorage("app.db", { users: ofPg });
// @ts-expect-error without a connection, there is more to do
export const unkeyed: DetachedUserStore = { ...ofSqlite, transactional: false };
