import { tryFlows } from "./report.ts";
import { ownUsersGround } from "./sqlite-ground.ts";

tryFlows("SQLite, with an application's own users", ownUsersGround);
