import { runAtOnce } from "./at-once.ts";
import { postgresDatabase } from "./databases.ts";

runAtOnce("PostgreSQL", postgresDatabase);
