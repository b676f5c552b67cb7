import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";

// The package as others get it: packed, installed elsewhere, used without our sources.
const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const library = join(root, "packages/sallyport");

describe("the packed package", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-packed-"));
    for (const project of ["tsconfig.build.json", "tsconfig.types.json"]) {
      await run(join(root, "node_modules/.bin/tsc"), ["-p", join(library, project)]);
    }
    const packed = await run("npm", ["pack", library, "--pack-destination", folder], {
      cwd: folder,
    });
    const tarball = packed.stdout.trim().split("\n").at(-1) ?? "";
    await writeFile(join(folder, "package.json"), '{ "type": "module", "private": true }');
    await run("npm", ["install", `./${tarball}`, "--no-audit", "--no-fund"], { cwd: folder });
  });

  after(() => rm(folder, { recursive: true }));

  test("installs in under 1.5 MB, with two other packages", async () => {
    const modules = join(folder, "node_modules");
    const packages = (await readdir(modules)).filter((name) => !name.startsWith("."));
    assert.deepEqual(packages.sort(), ["jose", "oauth4webapi", "sallyport"]);
    const bytes = await sizeOf(modules);
    assert.ok(bytes < 1.5 * 1024 * 1024, `${bytes} bytes`);
  });

  test("can be imported by every name that it promises, for under 150 ms of work", async () => {
    const names = ["", "/affiliations", "/testing", "/storage/memory"]
      .concat(["database", "sealed"].map((kind) => `/sessions/${kind}`))
      .concat(["node", "express", "hono"].map((adapter) => `/adapters/${adapter}`))
      .concat(["github", "peeringdb"].map((backend) => `/backends/${backend}`))
      .concat(["oauth2", "oauth2-pkce"].map((protocol) => `/protocols/${protocol}`))
      .concat(["social-user", "create-user"].map((step) => `/steps/${step}`));
    const program = `
      const start = process.cpuUsage();
      await import("sallyport");
      await import("sallyport/backends/github");
      const { user, system } = process.cpuUsage(start);
      for (const name of ${JSON.stringify(names)}) await import("sallyport" + name);
      console.log((user + system) / 1000);`;
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], {
        cwd: folder,
      });
      times.push(Number(stdout));
    }
    const fastest = Math.min(...times);
    // A slow machine needs 120.
    assert.ok(fastest < 150, `${fastest} ms`);
  });

  test("has types that a strict project compiles against", async () => {
    await writeFile(
      join(folder, "app.ts"),
      `import { createAuth, type Auth } from "sallyport";
       import { PeeringDBOAuth2 } from "sallyport/backends/peeringdb";
       import { memoryStorage } from "sallyport/storage/memory";
       export const auth: Auth = createAuth({
         baseUrl: "https://example.net", secrets: ["x".repeat(32)],
         storage: memoryStorage(), backends: [new PeeringDBOAuth2({ clientId: "c" })],
       });`,
    );
    await run(
      join(root, "node_modules/.bin/tsc"),
      [
        "--strict",
        "--noEmit",
        "--module",
        "nodenext",
        "--target",
        "es2023",
        "--types",
        "",
        "app.ts",
      ],
      { cwd: folder },
    );
  });

  test("has the command, which says what it needs and does not have", async () => {
    const command = join(folder, "node_modules/.bin/sallyport");
    const help = await run(command, ["--help"], { cwd: folder });
    assert.match(help.stdout, /^sallyport migrate {3}/);
    const failure = async (...args: readonly string[]) => {
      const environment = { ...process.env, SALLYPORT_SECRET: "0".repeat(64) };
      const failed = await run(command, [...args], { cwd: folder, env: environment }).then(
        () => assert.fail("it went well"),
        (error: { readonly code: unknown; readonly stderr: unknown }) => error,
      );
      return [failed.code, failed.stderr];
    };
    const missing = (name: string) => {
      return [1, `sallyport: this needs the package ${name}: npm install ${name}\n`];
    };
    for (const place of ["postgres://h/d", "mysql://h/d"]) {
      assert.deepEqual(await failure("migrate", "--database", place), missing("kysely"));
      assert.deepEqual(await failure("import-django", place, "--into", place), missing("kysely"));
    }

    await run("npm", ["install", "kysely@0.28", "--no-audit", "--no-fund"], { cwd: folder });
    for (const [place, name] of [
      ["sqlite:app.db", "better-sqlite3"],
      ["postgres://h/d", "pg"],
      ["mysql://h/d", "mysql2"],
    ] as const) {
      assert.deepEqual(await failure("migrate", "--database", place), missing(name));
      assert.deepEqual(await failure("import-django", place, "--into", place), missing(name));
    }

    // As it was compiled here: a new one takes a compiler, or the network.
    const native = join(root, "node_modules/better-sqlite3");
    await symlink(native, join(folder, "node_modules/better-sqlite3"));
    const done = await run(command, ["migrate", "--database", "sqlite:app.db"], { cwd: folder });
    assert.match(done.stdout, /^001-users-and-accounts of core: done\n/);
  });

  for (const [platform, conditions] of [
    ["node", []],
    ["neutral", ["worker"]],
  ] as const) {
    test(`bundles a sign-in with one backend in under 112 KB for ${platform}`, async () => {
      const entry = join(folder, "server.js");
      await writeFile(
        entry,
        `export { createAuth } from "sallyport";
         export { GitHubOAuth2 } from "sallyport/backends/github";
         export { memoryStorage } from "sallyport/storage/memory";`,
      );
      const result = await build({
        entryPoints: [entry],
        bundle: true,
        minify: true,
        format: "esm",
        platform,
        conditions: [...conditions],
        mainFields: ["module", "main"],
        write: false,
      });
      const text = result.outputFiles[0]?.text ?? "";
      assert.ok(text.length < 112 * 1024, `${text.length} characters`);
      if (platform === "neutral") assert.doesNotMatch(text, /["']node:/);
    });
  }
});

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
