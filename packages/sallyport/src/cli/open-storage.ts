import type { LayoutOptions } from "../sql/layout.ts";
import type { Storage } from "../storage.ts";
import type { Place } from "./place.ts";

/** Opens our tables in a database. Its packages are loaded now, and may be missing. */
export async function openStorage(place: Place, options: LayoutOptions<never>): Promise<Storage> {
  switch (place.kind) {
    case "sqlite":
      return (await import("../storage/sqlite.ts")).sqliteStorage(place.path, options);
    case "postgres":
      return (await import("../storage/postgres.ts")).postgresStorage(place.url, options);
    case "mysql":
      return (await import("../storage/mysql.ts")).mysqlStorage(place.url, options);
  }
}
