import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Storage } from "sallyport";
import { affiliationMigrations } from "sallyport/affiliations";
import { mysqlStorage } from "sallyport/storage/mysql";
import { postgresStorage } from "sallyport/storage/postgres";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { type Settings, SettingsError } from "./settings.ts";

/** Opens the portal's database. @throws {@link SettingsError} for an address it does not know. */
export function openDatabase({ databaseUrl }: Pick<Settings, "databaseUrl">): Storage {
  const options = { migrations: [affiliationMigrations] };
  const place = placeOf(databaseUrl);
  if (place.kind === "sqlite") return sqliteStorage(place.path, options);
  const open = place.kind === "postgres" ? postgresStorage : mysqlStorage;
  return open(databaseUrl, options);
}

/** The same, to look at it only: a file that is not there is not made, but taken for an empty one. */
export function openDatabaseAsItIs({ databaseUrl }: Pick<Settings, "databaseUrl">): Storage {
  const place = placeOf(databaseUrl);
  const isMissing = place.kind === "sqlite" && !existsSync(place.path);
  return openDatabase({ databaseUrl: isMissing ? "sqlite::memory:" : databaseUrl });
}

/**
 * The secrets that seal cookies and tokens: the operator's, or one that is made at the
 * first start and kept beside the database's file, readable by its owner only.
 *
 * @throws {@link SettingsError} without one where the database is a server's: the portal's
 *   other processes must have the same.
 */
export function openSecrets({
  secrets,
  databaseUrl,
}: Pick<Settings, "secrets" | "databaseUrl">): readonly string[] {
  if (secrets.length > 0) return secrets;
  const place = placeOf(databaseUrl);
  if (place.kind !== "sqlite") {
    throw new SettingsError(`DATABASE_URL is ${place.kind}:, so SALLYPORT_SECRET must be set`);
  }
  const made = randomBytes(32).toString("hex");
  if (place.path === ":memory:") return [made];
  const file = `${place.path}-secret`;
  if (!existsSync(file)) writeFileSync(file, `${made}\n`, { mode: 0o600, flag: "wx" });
  return [readFileSync(file, "utf8").trim()];
}

type Place =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres" | "mysql" };

function placeOf(databaseUrl: string): Place {
  const [, path] = /^sqlite:(?:\/\/)?(.+)$/.exec(databaseUrl) ?? [];
  if (path) return { kind: "sqlite", path };
  const [, scheme] = /^(\w+):/.exec(databaseUrl) ?? [];
  if (URL.canParse(databaseUrl) && databaseUrl.includes("://")) {
    if (scheme === "postgres" || scheme === "postgresql") return { kind: "postgres" };
    if (scheme === "mysql") return { kind: "mysql" };
  }
  // A database's address may have a password in it, so only its kind is said.
  const got = scheme ? `not ${scheme}:` : "with the scheme in front";
  throw new SettingsError(
    `DATABASE_URL must be sqlite:FILE, postgres://HOST/NAME or mysql://HOST/NAME, ${got}`,
  );
}
