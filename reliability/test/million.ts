import assert from "node:assert/strict";
import { Endings } from "../src/endings.ts";
import { measure, measureOn } from "../src/measures/million.ts";
import type { Kind } from "../src/million/found.ts";

/**
 * Runs the measure on one database, with fewer users, and holds it to what does not depend on
 * how busy the machine is: the plans, that the clean-up and the migration come to an end, and
 * that the cost of a login does not grow with the users.
 */
export async function holdsOn(kind: Kind): Promise<void> {
  const sizes = { users: 20_000, expired: 4000, rounds: 3, logins: 10, rate: 20, rest: 1 };
  const lenient = { ratio: 4, patience: 60_000 };
  const ends = new Endings();
  try {
    const context = { after: ends.after.bind(ends), say() {} };
    const found = await measureOn(context, { ...measure.sizes, ...sizes, ...lenient }, [kind]);
    assert.deepEqual(found.broken, []);
  } finally {
    await ends.end();
  }
}
