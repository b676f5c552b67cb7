import { sqliteDialect } from "../../src/sql/dialects/sqlite.ts";
import { sqliteStorage } from "../../src/storage/sqlite.ts";
import { sqliteDatabase } from "../storage/databases.ts";
import { runCleanUp } from "./clean-up.ts";

runCleanUp({
  name: "SQLite",
  dialect: sqliteDialect,
  makeDatabase: sqliteDatabase,
  open: sqliteStorage,
  async explain({ ask }, statement, value) {
    await ask("analyze");
    const rows = await ask(`explain query plan ${statement.replace("?", value)}`);
    return rows.map(({ detail }) => String(detail));
  },
});
