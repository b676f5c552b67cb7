import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { Endings } from "./endings.ts";
import { machine } from "./machine.ts";
import type { Measure, Sizes } from "./measure.ts";
import { toTable, writeFigures } from "./page.ts";

// Measures what docs/explanation/reliability.md promises, and writes the figures there.

const measures = await findMeasures();
const sizeNames = [...new Set(measures.flatMap(({ sizes }) => Object.keys(sizes)))];
const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    ...Object.fromEntries(sizeNames.map((name) => [name, { type: "string" as const }])),
  },
});
// What the options above say of themselves, now that their names are data.
const { only, ...sizes } = values as { only: string[] } & Record<string, string | undefined>;

const running = new Endings();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    running.end().finally(() => process.exit(130));
  });
}
for (const measure of chosen()) {
  console.log(`\n${measure.name}: ${measure.title}`);
  const context = {
    after: (end: () => Promise<void> | void) => running.after(end),
    say: (line: string) => console.log(`  ${line}`),
  };
  try {
    const figures = await measure.run(context, sizesOf(measure));
    console.log(`\n${toTable(figures)}`);
    writeFigures(measure.name, figures, machine(new Date()));
    for (const what of figures.broken) console.error(`  BROKEN: ${what}`);
    if (figures.broken.length > 0) process.exitCode = 1;
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await running.end();
  }
}

async function findMeasures(): Promise<readonly Measure[]> {
  const folder = new URL("measures/", import.meta.url);
  const files = readdirSync(folder).filter((file) => /\.[jt]s$/.test(file));
  const modules = files.sort().map(async (file) => {
    // Each file there exports one.
    const { measure } = (await import(new URL(file, folder).href)) as { measure: Measure };
    return measure;
  });
  return Promise.all(modules);
}

function chosen(): readonly Measure[] {
  const unknown = only.filter((name) => !measures.some((measure) => measure.name === name));
  if (unknown.length > 0) {
    const names = measures.map(({ name }) => name).join(", ");
    throw new Error(`--only ${unknown.join()}: there are ${names}`);
  }
  return only.length > 0 ? measures.filter(({ name }) => only.includes(name)) : measures;
}

function sizesOf(measure: Measure): Sizes {
  const entries = Object.entries(measure.sizes).map(([name, usual]) => {
    const size = Number(sizes[name] ?? usual);
    if (size > 0) return [name, size] as const;
    throw new Error(`--${name} must be a number above 0, not "${sizes[name]}"`);
  });
  return Object.fromEntries(entries);
}
