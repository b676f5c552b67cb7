import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { test } from "node:test";

// Imports point one way, down this list. A name with a slash is a folder, one without a file
// at the root. What a line may import, it may also import what that one's line allows.
const directions: Readonly<Record<string, readonly string[]>> = {
  "cli/": ["index", "sql/", "storage/", "affiliations/", "backends/"],
  "testing/": ["index", "storage/"],
  "adapters/": ["index"],
  index: ["auth"],
  auth: [
    "checked-config",
    "web/",
    "default-pipeline",
    "default-disconnect-pipeline",
    "sessions/",
    "in-time",
  ],
  "checked-config": ["web/"],
  "web/": ["login", "token-sign-in", "disconnect", "access-token", "user-sessions", "tenants"],
  "token-sign-in": ["login"],
  tenants: ["gate", "tenant-storage"],
  "tenant-storage": ["storage"],
  login: ["pipeline-run"],
  "pipeline-run": ["paused", "pipeline", "limits"],
  limits: ["transaction", "gate"],
  limiter: [],
  paused: ["gate"],
  disconnect: ["disconnect-pipeline", "pipeline", "transaction", "gate"],
  "access-token": ["refresh"],
  refresh: ["transaction", "gate"],
  "user-sessions": ["transaction", "gate"],
  gate: ["pipeline", "disconnect-pipeline", "session", "events", "limiter", "wire/"],
  "default-pipeline": ["steps/"],
  "default-disconnect-pipeline": ["steps/"],
  "steps/": ["pipeline", "disconnect-pipeline", "filled-fields"],
  "filled-fields": ["backend"],
  "affiliations/": ["refresh", "pipeline", "storage", "sql/"],
  pipeline: ["step-order"],
  "disconnect-pipeline": ["step-order"],
  "step-order": ["step"],
  step: ["backend", "storage", "pause"],
  pause: ["form"],
  form: [],
  events: ["storage", "limiter"],
  transaction: ["storage"],
  "storage/": ["sql/"],
  "sql/": ["in-time", "user-store"],
  "in-time": ["storage"],
  "sessions/": ["session"],
  session: ["storage"],
  "backends/": ["protocols/"],
  "protocols/": ["backend", "wire/"],
  backend: ["http", "settings"],
  "wire/": ["http", "settings"],
  settings: ["setting-kinds"],
  "setting-kinds": [],
  "platform/": ["http"],
  "user-store": ["storage"],
  storage: [],
  seal: ["platform/"],
  "stored-tokens": ["storage", "seal"],
  http: [],
};

/** Small files that any of the above may import. */
const forAll = [
  "errors",
  "identity",
  "logger",
  "html",
  "form",
  "seal",
  "stored-tokens",
  "tracing",
  "platform/",
];

/** They import nothing, but for `http`, which names stages. */
const leaves = ["errors", "identity", "logger", "html", "http", "tracing"];

const root = new URL("../src/", import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const textOf = (file: string) => readFileSync(new URL(file, root), "utf8");

/** What a file imports or exports from, types included: `import … from`, `export … from`, `import()`. */
function importsOf(file: string): string[] {
  const statement =
    /^\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"|^import "([^"]+)"/gm;
  return [...textOf(file).matchAll(statement)].map(
    ([, one, two, three]) => one ?? two ?? three ?? "",
  );
}

/** The files of ours that a file imports. */
function ownImportsOf(file: string): string[] {
  return importsOf(file).flatMap((from) => {
    if (from === "#platform") return ["platform/node.ts"];
    return from.startsWith(".") ? [normalize(join(dirname(file), from))] : [];
  });
}

const lineOf = (file: string) =>
  file.includes("/") ? `${file.split("/")[0]}/` : file.slice(0, -3);

function reachable(line: string, seen = new Set<string>()): Set<string> {
  for (const next of directions[line] ?? []) {
    if (!seen.has(next)) reachable(next, seen.add(next));
  }
  return seen;
}

test("there are files to look at, and their imports are found", () => {
  assert.ok(files.length > 40);
  assert.ok(ownImportsOf("login.ts").includes("wire/bounded-http.ts"));
  assert.ok(ownImportsOf("index.ts").includes("errors.ts"));
  assert.ok(ownImportsOf("seal.ts").includes("platform/node.ts"));
});

test("every file stands in the list", () => {
  const known = [...Object.keys(directions), ...leaves, ...forAll];
  assert.deepEqual(
    files.filter((file) => !known.includes(lineOf(file))),
    [],
  );
});

test("every import leads to a file that is there", () => {
  const missing = files.flatMap((file) =>
    ownImportsOf(file).filter((imported) => !files.includes(imported)),
  );
  assert.deepEqual(missing, []);
});

test("imports point one way", () => {
  const wrong = files.flatMap((file) => {
    const line = lineOf(file);
    // The index shows the public names wherever they are made.
    if (line === "index") return [];
    const allowed = leaves.includes(line)
      ? new Set(["errors"])
      : new Set([line, ...forAll, ...reachable(line)]);
    return ownImportsOf(file)
      .filter((imported) => !allowed.has(lineOf(imported)))
      .map((imported) => `${file} imports ${imported}`);
  });
  assert.deepEqual(wrong, []);
});

test("no file imports itself, over however many others", () => {
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (path.includes(file) || finished.has(file)) return;
    for (const next of ownImportsOf(file)) visit(next, [...path, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(cycles, []);
});

test("a provider is named in its own file only", () => {
  const modules = files.filter((file) => file.startsWith("backends/"));
  // What is before the first hyphen: `twitter-oauth2.ts` is about Twitter.
  const words = modules.map((file) => file.slice("backends/".length, -3).split("-")[0] ?? "");
  const generic = ["oidc", "remote", "email", "username"];
  const wrong = words
    .filter((word) => !generic.includes(word))
    .flatMap((word) =>
      files
        .filter((file) => !file.includes(`/${word}`) && !file.startsWith("affiliations/"))
        // A link may lead anywhere: to the provider's source, say.
        .filter((file) => new RegExp(word, "i").test(textOf(file).replace(/https?:\/\/\S+/g, "")))
        .map((file) => `${file} names ${word}`),
    );
  assert.deepEqual(wrong, []);
});

test("what only Node has is used only where other platforms have something else", () => {
  const nodes = files.filter((file) => importsOf(file).some((from) => from.startsWith("node:")));
  const may = /^(platform\/node\.ts|(adapters|storage|cli)\/.+)$/;
  assert.deepEqual(
    nodes.filter((file) => !may.test(file)),
    [],
  );
});

test("other packages are used where the list of dependencies says", () => {
  const places: Readonly<Record<string, RegExp>> = {
    jose: /^wire\//,
    oauth4webapi: /^wire\//,
    "@node-saml/node-saml": /^wire\/saml-(messages|metadata)\.ts$/,
    kysely: /^(sql|storage)\//,
    "better-sqlite3": /^(storage\/sqlite|cli\/one-connection)\.ts$/,
    pg: /^(storage\/postgres|cli\/one-connection)\.ts$/,
    "mysql2/promise": /^(storage\/mysql|cli\/one-connection)\.ts$/,
  };
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((from) => !/^(\.|node:|#platform$)/.test(from))
      .filter((from) => !places[from]?.test(file))
      .map((from) => `${file} imports ${from}`),
  );
  assert.deepEqual(wrong, []);
});

test("the package that SAML needs is loaded by nothing else", () => {
  const reached = (file: string, seen = new Set([file])): Set<string> => {
    for (const next of ownImportsOf(file)) if (!seen.has(next)) reached(next, seen.add(next));
    return seen;
  };
  const needs = (file: string) => importsOf(file).includes("@node-saml/node-saml");
  const loading = files.filter((file) => [...reached(file)].some(needs));
  assert.ok(loading.includes("protocols/saml.ts"));
  assert.deepEqual(
    loading.filter((file) => !/^(protocols|wire)\/saml(-\w+)?\.ts$/.test(file)),
    [],
  );
});
