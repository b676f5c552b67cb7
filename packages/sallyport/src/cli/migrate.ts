import { existsSync } from "node:fs";
import { affiliationMigrations } from "../affiliations/migrations.ts";
import { readArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { openStorage } from "./open-storage.ts";
import { ownUsersOf } from "./own-users.ts";
import { type Place, toPlace } from "./place.ts";

/** `sallyport migrate`: brings the tables up to date, or says what they lack. */
export const migrateCommand: Command = async (args, environment) => {
  const { values } = readArguments(args, {
    database: { type: "string" },
    affiliations: { type: "boolean", default: false },
    "own-users": { type: "string" },
    detached: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
  });
  const users = ownUsersOf(values["own-users"], values.detached);
  const place = toPlace("--database or DATABASE_URL", values.database ?? environment.DATABASE_URL);
  const migrations = values.affiliations ? [affiliationMigrations] : [];
  const storage = await openStorage(values.check ? asItIs(place) : place, { migrations, users });
  try {
    const pending = await storage.pendingMigrations();
    if (!values.check) await storage.migrate();
    for (const name of pending) console.log(`${name}: ${values.check ? "pending" : "done"}`);
    if (pending.length === 0) console.log("nothing to do");
    return values.check && pending.length > 0 ? 1 : 0;
  } finally {
    await storage.close();
  }
};

/** Opening a file would make it; where there is none, nothing has run. */
function asItIs(place: Place): Place {
  return place.kind === "sqlite" && !existsSync(place.path)
    ? { kind: "sqlite", path: ":memory:" }
    : place;
}
