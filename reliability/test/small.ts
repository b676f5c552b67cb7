import assert from "node:assert/strict";
import { Endings } from "../src/endings.ts";
import type { Measure, Sizes } from "../src/measure.ts";

/** Runs a measure with smaller sizes, and holds it to what it promises. */
export async function holds<Own extends Sizes>(measure: Measure<Own>, sizes: Own): Promise<void> {
  const ends = new Endings();
  try {
    const context = { after: ends.after.bind(ends), say() {} };
    const { broken } = await measure.run(context, sizes);
    assert.deepEqual(broken, []);
  } finally {
    await ends.end();
  }
}
