import { test } from "node:test";
import { checkSchema } from "./schema.ts";

test("the schema of SQLite stands in docs/reference/schema", () => checkSchema("sqlite"));
