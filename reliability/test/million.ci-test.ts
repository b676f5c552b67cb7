import { test } from "node:test";
import { holdsOn } from "./million.ts";

test("no statement of a login reads a whole table, and a login costs the same with many users (PostgreSQL)", () =>
  holdsOn("PostgreSQL"));
