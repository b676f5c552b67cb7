import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, lineOfText } from "../../src/ixf/placed-value.ts";

const at = (value: unknown) => ({ place: "here", value });

const dates: readonly (readonly [text: string, utc: string])[] = [
  ["2019-01-31T00:00:00Z", "2019-01-31T00:00:00.000Z"],
  ["2019-01-31T10:30:00.5Z", "2019-01-31T10:30:00.500Z"],
  ["2019-01-31T00:30:00+01:00", "2019-01-30T23:30:00.000Z"],
  ["2019-01-31t00:30:00-0200", "2019-01-31T02:30:00.000Z"],
  ["2019-01-31", "2019-01-31T00:00:00.000Z"],
  ["2019-01-31 08:00", "2019-01-31T08:00:00.000Z"],
  ["2020-02-29", "2020-02-29T00:00:00.000Z"],
];
for (const [text, utc] of dates) {
  test(`"${text}" is a date`, () => assert.equal(instant(at(text)).toISOString(), utc));
}

const others: readonly unknown[] = [
  ["2019-02-31T00:00:00Z"],
  "2019-02-31T00:00:00Z",
  "2019-02-29",
  "2019-13-01",
  "0000-00-00",
  "2019-01-31T25:00:00Z",
  "2019-01-31T10:00:00+99:00",
  "31.01.2019",
  "yesterday",
  "",
  1548892800,
  {},
  false,
];
for (const value of others) {
  test(`${JSON.stringify(value)} is no date`, () => {
    assert.throws(
      () => instant(at(value)),
      /^UnreadableFile: here: expected a date like ".+", got /,
    );
  });
}

const names: readonly (readonly [given: string, shown: string])[] = [
  ["Alpha Net", "Alpha Net"],
  ["  Alpha \t Net \r\n", "Alpha Net"],
  ["Al\u0000pha\u001b[31m Net\u007f\u0085", "Al pha [31m Net"],
  ["Alpha\u202eteN\u2066", "Alpha teN"],
  ["Alpha \ud800 Net", "Alpha Net"],
  ["<script>alert(1)</script>", "<script>alert(1)</script>"],
  ["日本 🦊 Ñet", "日本 🦊 Ñet"],
  ["\u0000\n", ""],
  ["🦊".repeat(300), "🦊".repeat(255)],
];
for (const [given, shown] of names) {
  test(`the text ${JSON.stringify(given).slice(0, 60)} fits on one line`, () => {
    assert.equal(lineOfText(at(given)), shown);
  });
}
