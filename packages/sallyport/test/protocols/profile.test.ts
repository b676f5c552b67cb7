import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, namesOf, textOf } from "../../src/protocols/profile.ts";

test("only an object has fields", () => {
  assert.deepEqual(fieldsOf({ id: 1 }), { id: 1 });
  for (const answer of [null, undefined, "id", 1, [{ id: 1 }]]) {
    assert.deepEqual(fieldsOf(answer), {});
  }
});

test("a text that says nothing is none", () => {
  assert.equal(textOf("ada"), "ada");
  for (const value of ["", " \t", 7, null, ["ada"]]) assert.equal(textOf(value), undefined);
});

for (const [given, fullName, firstName, lastName] of [
  [["Ada Lovelace"], "Ada Lovelace", "Ada", "Lovelace"],
  [[" Ada  King of Lovelace "], "Ada  King of Lovelace", "Ada", "King of Lovelace"],
  [["Ada"], "Ada", "Ada", undefined],
  [["A. Lovelace", "Ada", "King"], "A. Lovelace", "Ada", "King"],
  [[null, "Ada", "Lovelace"], "Ada Lovelace", "Ada", "Lovelace"],
  [["Ada Lovelace", "Ada", ""], "Ada Lovelace", "Ada", undefined],
  [["", null, undefined], undefined, undefined, undefined],
] as const) {
  test(`the names of ${JSON.stringify(given)}`, () => {
    const [full, first, last] = given as readonly unknown[];
    assert.deepEqual(namesOf(full, first, last), { fullName, firstName, lastName });
  });
}
