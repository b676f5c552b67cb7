import { runAtOnce } from "./at-once.ts";
import { sqliteDatabase } from "./databases.ts";

runAtOnce("SQLite", sqliteDatabase);
