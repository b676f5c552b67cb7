import { test } from "node:test";
import { checkSchema } from "./schema.ts";

test("the schema of PostgreSQL stands in docs/reference/schema", () => checkSchema("postgres"));
test("the schema of MariaDB stands in docs/reference/schema", () => checkSchema("mysql"));
