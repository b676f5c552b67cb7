import { runAtOnce } from "./at-once.ts";
import { mysqlDatabase } from "./databases.ts";

runAtOnce("MariaDB", mysqlDatabase);
