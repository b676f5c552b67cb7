import { postgresStorage } from "../../src/storage/postgres.ts";
import { postgresDatabase, runContract } from "./databases.ts";

runContract("PostgreSQL", postgresDatabase, postgresStorage);
