import assert from "node:assert/strict";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { importIxf } from "../../src/ixf/import-ixf.ts";
import { UnreadableFile } from "../../src/ixf/placed-value.ts";
import { readExportFile } from "../../src/ixf/read-export-file.ts";
import {
  entry,
  exportOf,
  members,
  now,
  startStorage,
  temporaryFolder,
  written,
} from "./exports.ts";

const good = exportOf([entry(64496)]);
const third = (broken: unknown) => exportOf([entry(64496), entry(64497), broken]);
const asn = "expected a whole number from 1 to 4294967294";
const types = "expected one of peering, ixp, other, probono, routeserver";
const connection = (fields: unknown) => third(entry(64498, { connection_list: [fields] }));

const files: readonly (readonly [title: string, text: string, line: string | RegExp])[] = [
  ["nothing", "", "the file: expected complete JSON: Unexpected end of JSON input"],
  ["a web page", "<html>\n\u001b[2J</html>", /^the file: expected complete JSON: Unexpected token/],
  ["a truncated file", good.slice(0, 120), /^the file: expected complete JSON: /],
  ["two files in one", good + good, /^the file: expected complete JSON: /],
  ["a list", "[]", "the file: expected an object with a member_list, got a list"],
  ["null", "null", "the file: expected an object with a member_list, got null"],
  ["a text", '"1.0"', 'the file: expected an object with a member_list, got "1.0"'],
  ["deep nesting, unclosed", "[".repeat(1e6), /^the file: expected complete JSON: /],
  [
    "deep nesting",
    exportOf("@").replace('"@"', "[".repeat(1e6) + "]".repeat(1e6)),
    "member_list[0]: expected an object, got a list",
  ],
  ["an empty object", "{}", /^version: expected one of the versions 0.4, .+, 1.0, got nothing$/],
  ["an older version", exportOf([], { version: "0.3" }), /^version: expected .+, got "0.3"$/],
  ["a version to come", exportOf([], { version: 2 }), /^version: expected .+, got 2$/],
  ["a version of lists", exportOf([], { version: [] }), /^version: expected .+, got a list$/],
  ["no ixp_list", exportOf([], { ixp_list: undefined }), "ixp_list: expected a list, got nothing"],
  ["no IXP", exportOf([], { ixp_list: [] }), "ixp_list: expected at least one IXP, got none"],
  ["an IXP of text", exportOf([], { ixp_list: ["x"] }), 'ixp_list[0]: expected an object, got "x"'],
  [
    "an IXP without id",
    exportOf([], { ixp_list: [{}] }),
    "ixp_list[0].ixp_id: expected a whole number from 0 to 4294967295, got nothing",
  ],
  ["no member_list", exportOf(undefined), "member_list: expected a list, got nothing"],
  ["a member_list of null", exportOf(null), "member_list: expected a list, got null"],
  ["an object for member_list", exportOf({}), "member_list: expected a list, got an object"],
  ["a member that is null", third(null), "member_list[2]: expected an object, got null"],
  ["a member that is a number", third(7), "member_list[2]: expected an object, got 7"],
  ["no ASN", third(entry(undefined)), `member_list[2].asnum: ${asn}, got nothing`],
  ["the ASN abc", third(entry("abc")), `member_list[2].asnum: ${asn}, got "abc"`],
  ["the ASN AS64498", third(entry("AS64498")), `member_list[2].asnum: ${asn}, got "AS64498"`],
  ["the ASN 0", third(entry(0)), `member_list[2].asnum: ${asn}, got 0`],
  ["the ASN 4294967295", third(entry(4294967295)), `member_list[2].asnum: ${asn}, got 4294967295`],
  ["a negative ASN", third(entry(-1)), `member_list[2].asnum: ${asn}, got -1`],
  ["half an ASN", third(entry(64498.5)), `member_list[2].asnum: ${asn}, got 64498.5`],
  ["an ASN in exponents", third(entry("1e3")), `member_list[2].asnum: ${asn}, got "1e3"`],
  ["true for an ASN", third(entry(true)), `member_list[2].asnum: ${asn}, got true`],
  ["a list of ASNs", third(entry([64498])), `member_list[2].asnum: ${asn}, got a list`],
  [
    "an ASN that would clear the screen",
    third(entry(`\u001b[2J\n${"x".repeat(100)}`)),
    `member_list[2].asnum: ${asn}, got "[2J ${"x".repeat(55)}…"`,
  ],
  [
    "a number for a name",
    third(entry(64498, { name: 7 })),
    "member_list[2].name: expected a text, got 7",
  ],
  [
    "an unknown member_type",
    third(entry(64498, { member_type: "friend" })),
    `member_list[2].member_type: ${types}, got "friend"`,
  ],
  [
    "a member_type that every object has",
    third(entry(64498, { member_type: "constructor" })),
    `member_list[2].member_type: ${types}, got "constructor"`,
  ],
  [
    "a bad date",
    third(entry(64498, { member_since: "2019-02-31" })),
    'member_list[2].member_since: expected a date like "2019-01-31T00:00:00Z", got "2019-02-31"',
  ],
  [
    "no connection_list",
    third({ asnum: 64498 }),
    "member_list[2].connection_list: expected a list, got nothing",
  ],
  [
    "a connection of text",
    connection("up"),
    'member_list[2].connection_list[0]: expected an object, got "up"',
  ],
  [
    "a connection nowhere",
    connection({ state: "active" }),
    "member_list[2].connection_list[0].ixp_id: expected a whole number from 0 to 4294967295, got nothing",
  ],
  [
    "a state that is no text",
    connection({ ixp_id: 42, state: 1 }),
    "member_list[2].connection_list[0].state: expected a text, got 1",
  ],
  [
    "more members than there are",
    exportOf("@").replace('"@"', `[${"0,".repeat(100_000)}0]`),
    "member_list: expected at most 100000 entries, got 100001",
  ],
  [
    "fields only by inheritance",
    '{"__proto__": {"version": "1.0", "ixp_list": [], "member_list": []}}',
    /^version: expected .+, got nothing$/,
  ],
];

describe("one clear line, and nothing written, for", () => {
  for (const [title, text, line] of files) {
    test(title, async (t) => {
      const storage = startStorage(t);
      await assert.rejects(importIxf(storage, text, { now }), (error) => {
        assert.ok(error instanceof UnreadableFile, String(error));
        if (typeof line === "string") assert.equal(error.message, line);
        else assert.match(error.message, line);
        assert.doesNotMatch(error.message, /\p{Cc}/u);
        assert.ok(error.message.length < 250);
        return true;
      });
      assert.deepEqual(await written(storage), [[], []]);
    });
  }
});

test("keys that mean something to JavaScript are keys like any others", async (t) => {
  const storage = startStorage(t);
  const proto = '"__proto__": {"name": "Mallory", "polluted": true}, "constructor": {"x": 1}';
  const text = good.replace('{"asnum"', `{${proto}, "asnum"`).replace("{", `{${proto},`);
  await importIxf(storage, text, { now });
  assert.deepEqual(await members(storage), ["AS64496 AS64496 full normal"]);
  assert.equal("polluted" in {}, false);
});

test("names lose control characters and length, keep their markup, and come back the same", async (t) => {
  const storage = startStorage(t);
  const names = ["Al\u0000pha\u001b[31m\r\nNet", "<script>alert(1)</script>", "x".repeat(9000)];
  const text = exportOf(names.map((name, at) => entry(64496 + at, { name })));
  await importIxf(storage, text, { now });
  assert.deepEqual(await members(storage), [
    "AS64496 Al pha [31m Net full normal",
    "AS64497 <script>alert(1)</script> full normal",
    `AS64498 ${"x".repeat(255)} full normal`,
  ]);
  assert.equal((await importIxf(storage, text, { now })).unchanged, 3);
});

test("100,000 entries of one ASN are one member, soon", async (t) => {
  const storage = startStorage(t);
  const text = exportOf("@").replace(
    '"@"',
    `[${Array.from({ length: 100_000 }, () => JSON.stringify(entry(64496))).join()}]`,
  );
  const began = performance.now();
  const { added } = await importIxf(storage, text, { now });
  assert.equal(added.length, 1);
  assert.ok(performance.now() - began < 10_000);
});

describe("the file itself", () => {
  const refused = (path: string, message: string | RegExp) =>
    assert.rejects(readExportFile(path), { name: "UnreadableFile", message });

  test("is read as text, without its byte order mark", async (t) => {
    const path = join(temporaryFolder(t), "export.json");
    writeFileSync(path, `\ufeff${good}`);
    assert.equal(await readExportFile(path), good);
  });

  test("of 200 MB is refused before it is read", async (t) => {
    const path = join(temporaryFolder(t), "export.json");
    writeFileSync(path, "");
    truncateSync(path, 200_000_000);
    const before = process.memoryUsage().rss;
    await refused(path, "the file: expected at most 32 MiB");
    assert.ok(process.memoryUsage().rss - before < 150_000_000);
  });

  test("that never ends is refused, too", { skip: process.platform === "win32" }, async () => {
    await refused("/dev/zero", "the file: expected at most 32 MiB");
  });

  test("that is not there, or a folder, is said so", async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, "folder"));
    await refused(join(folder, "none.json"), /^the file: ENOENT: no such file.+none\.json'$/);
    await refused(join(folder, "folder"), /^the file: EISDIR/);
  });

  test("in another encoding than UTF-8 is refused", async (t) => {
    const path = join(temporaryFolder(t), "export.json");
    writeFileSync(path, Buffer.from(good.replace("Example", "Ex\u00e4mple"), "latin1"));
    await refused(path, "the file: expected text in UTF-8");
  });
});
