import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Storage } from "sallyport";
import { affiliationMigrations } from "sallyport/affiliations";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { type Settings, SettingsError } from "./settings.ts";

/** Opens the portal's database. @throws {@link SettingsError} for an address it does not know. */
export function openDatabase({ databaseUrl }: Pick<Settings, "databaseUrl">): Storage {
  return sqliteStorage(sqlitePath(databaseUrl), { migrations: [affiliationMigrations] });
}

/**
 * The secrets that seal cookies and tokens: the operator's, or one that is made at the
 * first start and kept beside the database, readable by its owner only.
 */
export function openSecrets({
  secrets,
  databaseUrl,
}: Pick<Settings, "secrets" | "databaseUrl">): readonly string[] {
  if (secrets.length > 0) return secrets;
  const path = sqlitePath(databaseUrl);
  const made = randomBytes(32).toString("hex");
  if (path === ":memory:") return [made];
  const file = `${path}-secret`;
  if (!existsSync(file)) writeFileSync(file, `${made}\n`, { mode: 0o600, flag: "wx" });
  return [readFileSync(file, "utf8").trim()];
}

function sqlitePath(databaseUrl: string): string {
  const [, path] = /^sqlite:(?:\/\/)?(.+)$/.exec(databaseUrl) ?? [];
  if (path) return path;
  // A database's address may have a password in it, so only its kind is said.
  const [, scheme] = /^(\w+):/.exec(databaseUrl) ?? [];
  const got = scheme ? `not ${scheme}:` : "with the scheme in front";
  throw new SettingsError(`DATABASE_URL must be sqlite:FILE, ${got}`);
}
