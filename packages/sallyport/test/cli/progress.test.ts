import assert from "node:assert/strict";
import { test } from "node:test";
import { progressOn } from "../../src/cli/progress.ts";

/** What is written, where it is said to be a terminal or not. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  // What is used of one.
  return { written, to: { isTTY, write } as unknown as NodeJS.WriteStream };
}

test("progress is one line of a terminal that is written over, and goes away", () => {
  const { written, to } = stream(true);
  const { at, end } = progressOn(to);
  at(0, 200);
  at(100, 200);
  at(250, 200);
  at(0, 0);
  end();
  assert.deepEqual(written, [
    `\r[${".".repeat(30)}] 0 of 200`,
    `\r[${"#".repeat(15)}${".".repeat(15)}] 100 of 200`,
    `\r[${"#".repeat(30)}] 250 of 200`,
    `\r[${".".repeat(30)}] 0 of 0`,
    "\r\x1b[K",
  ]);
});

test("nothing is written to what is no terminal", () => {
  const { written, to } = stream(false);
  const { at, end } = progressOn(to);
  at(1, 2);
  end();
  assert.deepEqual(written, []);
});
