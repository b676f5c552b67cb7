import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { Logger } from "sallyport";
import { type Sandbox, startSandbox } from "sallyport-sandbox";
import { openDatabase } from "../src/database.ts";
import { addDemoMembers } from "../src/demo-members.ts";
import { type RunningPortal, servePortal } from "../src/serve.ts";
import { readSettings } from "../src/settings.ts";
import { MemberBrowser } from "./member-browser.ts";

/** A line that the operator would read. */
export interface Line {
  readonly level: keyof Logger;
  readonly message: string;
  readonly facts: unknown;
}

/** A portal with the demonstration's members, and the PeeringDB that it asks. */
export interface Site {
  readonly origin: string;
  readonly sandbox: Sandbox;
  readonly portal: RunningPortal;
  /** Everything that the portal wrote in its log. */
  readonly lines: readonly Line[];
  /** The portal's database, behind its back, where it is the file that it has by default. */
  readonly database: Database.Database;
  /** A browser that calls itself so. */
  browser(userAgent?: string): MemberBrowser;
}

type Environment = Readonly<Record<string, string>>;
type Ends = { after(end: () => Promise<void> | void): void };

/** Starts sandbox and portal as an operator does, by environment; they end with the test. */
export async function startSite(t: Ends, environment: Environment = {}): Promise<Site> {
  // Ended in the reverse order, each with what it was made of still there.
  const ends: (() => Promise<void> | void)[] = [];
  t.after(async () => {
    for (const end of ends.reverse()) await end();
  });
  const last = { after: (end: (typeof ends)[number]) => void ends.push(end) };

  const sandbox = await startSandbox();
  last.after(() => sandbox.close());
  const file = temporaryFile(last);
  const databaseUrl = environment.DATABASE_URL ?? `sqlite:${file}`;
  await makeDemoMembers(databaseUrl);

  const port = await freePort();
  const settings = readSettings({
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    IDENTITY_SITENAME: "Example IX",
    ...peeringdb(sandbox),
    ...environment,
  });
  const { lines, logger } = recordingLogger();
  const portal = await servePortal(settings, logger);
  last.after(() => portal.close());
  const database = new Database(file);
  last.after(() => void database.close());
  const browser = (userAgent?: string) => new MemberBrowser(settings.baseUrl, sandbox, userAgent);
  return { origin: settings.baseUrl, sandbox, portal, lines, database, browser };
}

/** The environment that switches sign-in at a sandbox on. */
export function peeringdb({ url }: Pick<Sandbox, "url">): Environment {
  return {
    AUTH_PEERINGDB_ENABLED: "true",
    PEERINGDB_URL: url,
    PEERINGDB_OAUTH_CLIENT_ID: "sandbox-client",
    PEERINGDB_OAUTH_CLIENT_SECRET: "sandbox-secret",
  };
}

/** A path in a folder that goes with the test. */
export function temporaryFile(t: Ends, name = "portal.db"): string {
  const folder = mkdtempSync(join(tmpdir(), "portal-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** A port for a portal that must know its address before it listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address === "object" && address) return address.port;
  throw new Error("no port is free");
}

/** The users that there are, by name, and how many rows hang on them. */
export function usersIn({ database }: Pick<Site, "database">): {
  readonly users: readonly string[];
  readonly accounts: number;
  readonly affiliations: number;
  readonly sessions: number;
} {
  const count = (table: string) => {
    const row = database.prepare(`select count(*) as rows from ${table}`).get();
    return (row as { rows: number }).rows; // a count always has one row
  };
  const rows = database.prepare("select username from users order by id").all();
  return {
    users: (rows as { username: string }[]).map(({ username }) => username),
    accounts: count("social_auth"),
    affiliations: count("affiliations"),
    sessions: count("sessions"),
  };
}

/** What {@link usersIn} says where nobody ever got in. */
export const nobody = { users: [], accounts: 0, affiliations: 0, sessions: 0 };

async function makeDemoMembers(databaseUrl: string): Promise<void> {
  const storage = openDatabase({ databaseUrl });
  await addDemoMembers(storage, new Date());
  await storage.close();
}

function recordingLogger(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = [];
  const record = (level: Line["level"]) => (message: string, facts?: object) => {
    lines.push({ level, message, facts });
  };
  const logger = { info: record("info"), warn: record("warn"), error: record("error") };
  return { lines, logger };
}
