import { runOwnUsers } from "./own-users-cases.ts";
import { mysqlUsers, postgresUsers } from "./own-users-kinds.ts";

runOwnUsers(postgresUsers);
runOwnUsers(mysqlUsers);
