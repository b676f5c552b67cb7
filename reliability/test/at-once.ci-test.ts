import { test } from "node:test";
import { measure } from "../src/measures/at-once.ts";
import { holds } from "./small.ts";

test("eight first logins of each person at once, in two processes, make one user on every database", () =>
  holds(measure, { people: 10, each: 8, together: 5 }));
