import { test } from "node:test";
import { measure } from "../src/measures/one-use.ts";
import { holds } from "./small.ts";

test("of many uses at once of what works once, over two processes, exactly one succeeds", () =>
  holds(measure, { rounds: 10, uses: 20 }));
