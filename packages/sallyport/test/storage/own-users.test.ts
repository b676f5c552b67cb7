import { runOwnUsers } from "./own-users-cases.ts";
import { sqliteUsers } from "./own-users-kinds.ts";

runOwnUsers(sqliteUsers);
