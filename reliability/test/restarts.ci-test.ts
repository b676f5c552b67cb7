import { test } from "node:test";
import { measure } from "../src/measures/restarts.ts";
import { holds } from "./small.ts";

test("a process that is killed fails what it had in hand, and one that is replaced fails nobody", () =>
  holds(measure, { kills: 1, restarts: 2, crowd: 8 }));
