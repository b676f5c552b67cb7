import { mysqlStorage } from "../../src/storage/mysql.ts";
import { mysqlDatabase, runContract } from "./databases.ts";

runContract("MariaDB", mysqlDatabase, mysqlStorage);
