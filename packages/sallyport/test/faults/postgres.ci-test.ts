import { postgresGround } from "./postgres-ground.ts";
import { tryFlows } from "./report.ts";

tryFlows("PostgreSQL", postgresGround);
