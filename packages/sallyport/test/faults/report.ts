import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { flows } from "./flows.ts";
import type { Ground } from "./ground.ts";
import { type Tried, tryFlow } from "./try-flow.ts";

const page = new URL("../../../../docs/explanation/reliability.md", import.meta.url);

/** Tries all flows, and holds the page's table of this database to what was tried. */
export function tryFlows(database: string, makeGround: () => Promise<Ground>): void {
  const all: Tried[] = [];
  for (const flow of flows) {
    test(`${flow.name}: whatever goes wrong, all or nothing is written and the next try succeeds (${database})`, async () => {
      all.push(await tryFlow(flow, await makeGround()));
    });
  }

  test(`reliability.md says what was tried (${database})`, () => {
    const before = readFileSync(page, "utf8");
    const table = new RegExp(`(?<=\\n### ${database}\\n\\n)(\\|.*\\n)+`);
    const expected = before.replace(table, tableOf(all));
    if (process.env.UPDATE) writeFileSync(page, expected);
    else assert.equal(before, expected, "UPDATE=1 writes the page anew");
    assert.match(expected, table);
  });
}

function tableOf(all: readonly Tried[]): string {
  const rows = all.map(({ flow, statements, steps, faults }) => [
    flow,
    statements.length,
    steps.length,
    faults,
  ]);
  const sum = all.reduce((total, { faults }) => total + faults, 0);
  const lines = [
    ["Flow", "Statements", "Steps", "Faults tried"],
    ["---", "---", "---", "---"],
    ...rows,
    ["all", "", "", sum],
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
