import type { TestContext } from "node:test";
import {
  type AuditEntry,
  affiliationMigrations,
  readAudit,
  type SyncOptions,
  syncAffiliations,
  userSubject,
} from "../../src/affiliations/index.ts";
import { PeeringDBOAuth2 } from "../../src/backends/peeringdb.ts";
import {
  type Auth,
  createAuth,
  pipeline,
  type SessionStore,
  type Sql,
  type Storage,
} from "../../src/index.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { loadExtraData } from "../../src/steps/load-extra-data.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { userDetails } from "../../src/steps/user-details.ts";
import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { Browser } from "../browser.ts";
import { secret } from "../site.ts";
import { mysqlDatabase, postgresDatabase, sqliteDatabase } from "../storage/databases.ts";
import { client, type FakePeeringDB, startPeeringDB } from "./fake-peeringdb.ts";
import { now } from "./members.ts";

/** A network as `/profile/v1` has it, with the permissions of a plain member. */
export function net(asn: unknown, fields: object = {}): object {
  return { id: 20, name: `AS${asn}`, asn, perms: 1, manage_peering_sessions: 1, ...fields };
}

/** Ada, whom PeeringDB has verified, with these networks. */
export function ada(networks: unknown, fields: object = {}): Readonly<Record<string, unknown>> {
  return {
    id: 7,
    given_name: "Ada",
    family_name: "Lovelace",
    name: "Ada Lovelace",
    email: "ada@example.net",
    verified_user: true,
    verified_email: true,
    networks,
    amr: ["pwd", "otp", "mfa"],
    ...fields,
  };
}

/** What became of one login. */
export interface Attempt {
  readonly browser: Browser;
  /** The code that it was refused with; undefined for whoever is in. */
  readonly refused: string | undefined;
}

/** An exchange's portal, as much of it as signs people in. */
export class Exchange {
  readonly peeringdb: FakePeeringDB;
  readonly storage: Storage;
  readonly sql: Sql;
  readonly auth: Auth;
  readonly clock: { now: Date };

  constructor(
    peeringdb: FakePeeringDB,
    storage: Storage,
    options: SyncOptions,
    session?: SessionStore,
  ) {
    this.peeringdb = peeringdb;
    this.clock = { now };
    this.storage = storage;
    // A storage in a SQL database always has it.
    this.sql = this.storage.sql as Sql;
    this.auth = createAuth({
      baseUrl: "https://portal.example.net",
      secrets: [secret],
      storage: this.storage,
      session,
      backends: [
        new PeeringDBOAuth2({
          url: peeringdb.url,
          clientId: client.id,
          clientSecret: client.secret,
        }),
      ],
      // As the portal has it.
      pipeline: pipeline(
        socialDetails,
        socialUid,
        socialUser,
        getUsername(),
        createUser({ creator: "OAuth-PeeringDB" }),
        associateUser,
        loadExtraData,
        userDetails({ protectedFields: [] }),
        syncAffiliations(options),
      ),
      logger: { info() {}, warn() {}, error() {} },
      env: {},
      now: () => this.clock.now,
    });
  }

  /** A member here, full and in good standing unless said otherwise. */
  member(asn: number, name: string, columns: Readonly<Record<string, Column>> = {}) {
    const row = { asn, name, type: "full", status: "normal", peeringdb_oauth: true, ...columns };
    return this.#insert("customers", row);
  }

  /** Something about a member changes. */
  async change(name: string, columns: Readonly<Record<string, Column>>): Promise<void> {
    const set = Object.keys(columns).map((column) => `${column} = ?`);
    const values = [...Object.values(columns), name];
    await this.sql.run(`update customers set ${set.join(", ")} where name = ?`, values);
  }

  /** Somebody at the exchange gives Ada a member by hand. */
  async linkByHand(customer: number, privs = 1): Promise<void> {
    const user_id = await this.userId();
    await this.#insert("affiliations", {
      user_id,
      customer_id: customer,
      privs,
      created_by: "user",
      created_at: now,
    });
  }

  /** Something about the user changes, by hand. */
  async changeUser(changes: { isActive?: boolean; isAdmin?: boolean }): Promise<void> {
    await this.storage.users.update(await this.userId(), changes, now);
  }

  /** The person goes to PeeringDB and comes back. */
  async signIn(
    profile: Readonly<Record<string, unknown>> = this.peeringdb.profile,
    browser: Browser = this.browser(),
  ): Promise<Attempt> {
    this.peeringdb.profile = profile;
    const answer = await browser.signIn("peeringdb");
    if (answer.status === 303) return { browser, refused: undefined };
    const [, code = `status ${answer.status}`] = /Code: (\w+)/.exec(await answer.text()) ?? [];
    return { browser, refused: code };
  }

  browser(): Browser {
    return new Browser(this.auth.origin, this.auth.handle);
  }

  /** Who a browser is signed in as. */
  async username({ browser }: Attempt): Promise<string | undefined> {
    return (await this.auth.user({ headers: { cookie: browser.cookieHeader() } }))?.username;
  }

  /** Every link there is, `Alpha:1` for privileges 1, by the member's name. */
  async links(): Promise<string[]> {
    const rows = await this.sql.all(
      `select name, privs, created_by from affiliations
       join customers on customers.id = customer_id order by name, user_id`,
      [],
    );
    return rows.map(({ name, privs, created_by }) =>
      created_by === "PeeringDB" ? `${name}:${privs}` : `${name}:${privs} by ${created_by}`,
    );
  }

  /** The usernames there are. */
  async users(): Promise<string[]> {
    const rows = await this.sql.all("select username from users order by id", []);
    return rows.map(({ username }) => String(username));
  }

  /** What the audit log says of Ada's user, oldest first. */
  audit(userId: number): Promise<readonly AuditEntry[]> {
    return readAudit(this.sql, userSubject(userId), { since: new Date(0) });
  }

  async userId(): Promise<number> {
    const rows = await this.sql.all("select user_id from social_auth where uid = '7'", []);
    return Number(rows[0]?.user_id);
  }

  /** All that a login may change, for "nothing changed". */
  async everything(): Promise<object> {
    const tables = ["users", "social_auth", "sessions", "customers", "affiliations", "audit_log"];
    const rows = tables.map(async (table) => [
      table,
      await this.sql.all(`select * from ${table} order by 1`, []),
    ]);
    return Object.fromEntries(await Promise.all(rows));
  }

  #insert(table: string, row: Readonly<Record<string, Column>>): Promise<number> {
    const columns = Object.keys(row);
    const text = `insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`;
    return this.sql.insert(text, Object.values(row));
  }
}

type Column = string | number | boolean | Date | null;

/** An exchange that ends with the test; with `address`, another process at the same database. */
export async function startExchange(
  t: TestContext,
  options: SyncOptions = {},
  {
    peeringdb,
    address,
    session,
  }: { peeringdb?: FakePeeringDB; address?: string; session?: SessionStore } = {},
): Promise<Exchange> {
  const exchange = new Exchange(
    peeringdb ?? (await startPeeringDB(t)),
    openStorage(address ?? (await newDatabase(t))),
    options,
    session,
  );
  // Before the database goes.
  ends.get(t)?.push(() => exchange.auth.close());
  return exchange;
}

const ends = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** The address of an empty database that goes with the test: of the kind that `TEST_DATABASE` names. */
export async function newDatabase(t: TestContext): Promise<string> {
  const kind = process.env.TEST_DATABASE ?? "sqlite";
  const database = await kinds[kind as keyof typeof kinds]();
  const toEnd = [() => database.close()];
  ends.set(t, toEnd);
  t.after(async () => {
    for (const end of toEnd.reverse()) await end();
  });
  return database.address;
}

const kinds = { sqlite: sqliteDatabase, postgres: postgresDatabase, mysql: mysqlDatabase };

function openStorage(address: string): Storage {
  const options = { migrations: [affiliationMigrations] };
  if (address.startsWith("postgres:")) return postgresStorage(address, options);
  if (address.startsWith("mysql:")) return mysqlStorage(address, options);
  return sqliteStorage(address, options);
}
