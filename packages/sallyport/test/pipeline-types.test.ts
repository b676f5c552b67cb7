import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

// What the compiler says is part of the library: these pipelines are compiled, as an
// application's would be, and its words are read.

const imports = `
import { after, before, defaultPipeline, pipeline, refuse, within } from "../../src/index.ts";
import type { StartFacts, User } from "../../src/index.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import type { Pipeline } from "../../src/index.ts";
export const imported = [after, before, defaultPipeline, refuse, within];
export type Imported = StartFacts | User;
`;

const snippets = {
  inOrder: `export const steps: Pipeline = pipeline(
    socialDetails, socialUid, socialUser, getUsername(), createUser(), associateUser);`,
  withOneMore: `export const steps: Pipeline = pipeline(
    socialDetails, socialUid,
    before("look-up", async ({ uid }: { uid: string }, { http }) => ({ group: uid + typeof http })),
    socialUser, getUsername(), createUser(), associateUser,
    within("join", ({ group, user }: { group: string; user: User }) => group === user.username ? {} : refuse("no_group")),
    after("greet", ({ user }: { user: User }, { http }) => { void [user, http]; return {}; }));`,
  tooEarly: `export const steps: Pipeline = pipeline(
    socialDetails, socialUid, associateUser, socialUser, getUsername(), createUser());`,
  missing: `export const steps: Pipeline = pipeline(
    socialDetails, socialUid, socialUser, createUser());`,
  wrongType: `export const steps: Pipeline = pipeline(
    before("number", () => ({ uid: 7 })), socialUser);`,
  wrongPhase: `export const steps: Pipeline = pipeline(
    socialDetails, socialUid, socialUser, getUsername(), createUser(), associateUser,
    before("too-late", () => ({})));`,
  backFromAfter: `export const steps: Pipeline = pipeline(
    socialDetails, socialUid, socialUser, getUsername(), createUser(),
    after("mail", () => ({})), associateUser);`,
  withoutUser: `export const steps: Pipeline = pipeline(socialDetails, socialUid);`,
  calledOut: `export const step = within("call", (_: StartFacts, { http }) => ({ http }));`,
  wroteBefore: `export const step = before("write", async (_: StartFacts, { users }) => {
    await users.add({ username: "x", creator: "y" }, new Date()); return {}; });`,
  unchecked: `export const steps: Pipeline = [socialDetails, socialUid];`,
} as const;

const here = dirname(fileURLToPath(import.meta.url));
const said = new Map<string, string>();
let folder = "";

before(async () => {
  // A name with a dot in front is left out when everything else is compiled.
  folder = mkdtempSync(join(here, ".pipeline-types-"));
  mkdirSync(folder, { recursive: true });
  const config = { extends: "../../../../tsconfig.json", include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  for (const [name, text] of Object.entries(snippets)) {
    writeFileSync(join(folder, `${name}.ts`), imports + text);
  }
  const typescript = fileURLToPath(import.meta.resolve("typescript/package.json"));
  const { bin } = JSON.parse(readFileSync(typescript, "utf8")) as { bin: { tsc: string } };
  const tsc = join(dirname(typescript), bin.tsc);
  const output = await new Promise<string>((resolve) => {
    const options = ["-p", folder, "--pretty", "false"];
    execFile(process.execPath, [tsc, ...options], (_, stdout) => resolve(stdout));
  });
  for (const complaint of output.split(/\n(?=\S)/)) {
    const [, file] = /pipeline-types-\w+\/(\w+)\.ts\(/.exec(complaint) ?? [];
    if (file !== undefined) said.set(file, (said.get(file) ?? "") + complaint);
  }
});

after(() => rmSync(folder, { recursive: true, force: true }));

const about = (snippet: keyof typeof snippets) => said.get(snippet) ?? "";

test("each of the others is complained of", () => {
  const expected = Object.keys(snippets).filter((name) => !/^(inOrder|withOneMore)$/.test(name));
  assert.deepEqual([...said.keys()].sort(), expected.sort());
});

test("steps in order compile, and so does a step of one's own", () => {
  assert.equal(about("inOrder"), "");
  assert.equal(about("withOneMore"), "");
});

test("a step that stands too early is named, with what it misses", () => {
  assert.match(
    about("tooEarly"),
    /step \\?"associate-user\\?" needs \\?"(user|association)\\?"( \| .+)?, which no step before it gives/,
  );
  assert.match(about("tooEarly"), /needs \\?"user\\?", which no step before it gives/);
});

test("a step whose predecessor is missing is named, with what it misses", () => {
  assert.match(
    about("missing"),
    /step \\?"create-user\\?" needs \\?"username\\?", which no step before it gives/,
  );
});

test("a fact of the wrong type counts as missing", () => {
  assert.match(about("wrongType"), /step \\?"social-user\\?" needs \\?"uid\\?"/);
});

test("a step that calls out does not come after one that writes", () => {
  assert.match(
    about("wrongPhase"),
    /step \\?"too-late\\?" runs before the transaction, but follows one that runs within it/,
  );
});

test("a step that writes does not come after the commit", () => {
  assert.match(
    about("backFromAfter"),
    /step \\?"associate-user\\?" runs within the transaction, but follows one that runs after it/,
  );
});

test("a pipeline that ends without a user says so", () => {
  assert.match(about("withoutUser"), /this pipeline ends without \\?"(user|isNew)\\?"/);
});

test("within the transaction there is nothing to call out with", () => {
  assert.match(about("calledOut"), /Property 'http' does not exist/);
});

test("before the transaction there is nothing to write with", () => {
  assert.match(about("wroteBefore"), /Property 'add' does not exist/);
});

test("a list that nobody checked is no pipeline", () => {
  assert.match(about("unchecked"), /is not assignable to type 'Pipeline'|missing in type/);
});
