import { test } from "node:test";
import { measure } from "../src/measures/outage.ts";
import { holds } from "./small.ts";

test("a database that goes is a 503 for everybody, ends no process, and is found again", () =>
  holds(measure, { away: 1, crowd: 8, outages: 2 }));
