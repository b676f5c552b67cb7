import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { browserAgent } from "bench/visit";
import { comeBack, leave } from "../src/browser.ts";
import { startDatabase } from "../src/database.ts";
import { Endings } from "../src/endings.ts";
import { temporaryFolder } from "../src/folder.ts";
import { configuration } from "../src/nginx.ts";
import { startSite } from "../src/site.ts";

const page = new URL("../../docs/how-to/run-several-processes.md", import.meta.url);

function endings(t: TestContext): Endings {
  const ends = new Endings();
  t.after(() => ends.end());
  return ends;
}

test("the measures run with the how-to's own configuration, but for places and the certificate", () => {
  const markdown = readFileSync(page, "utf8");
  const { site, upstream } = configuration(markdown, {
    folder: "/folder",
    port: 80,
    processes: [5001, 5002],
  });
  const lines = new Set(markdown.split("\n"));
  const others = [...site.split("\n"), ...upstream.split("\n")].filter((line) => !lines.has(line));
  assert.deepEqual(
    others.map((line) => line.trim()),
    [
      "include /folder/portal-processes.conf;",
      "listen 127.0.0.1:80;",
      "server_name localhost;",
      "access_log /folder/portal.log without_query;",
      "server 127.0.0.1:5001 fail_timeout=5s;",
      "server 127.0.0.1:5002 fail_timeout=5s;",
    ],
  );
});

test("nginx writes down neither code nor state, also where a process breaks off", async (t) => {
  const ends = endings(t);
  const folder = temporaryFolder(ends);
  const database = await startDatabase(ends, "SQLite", folder);
  const site = await startSite(ends, { folder, database, people: 20, delay: 500 });
  const agent = browserAgent(20);
  ends.after(() => agent.destroy());
  const people = Array.from({ length: 20 }, (_, at) => at + 1);
  const returning = await Promise.all(
    people.map((person) => leave({ origin: site.origin, agent }, person)),
  );
  const waiting = returning.map((each) => comeBack(agent, each));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await site.processes[0]?.running.end("SIGKILL");
  const outcomes = await Promise.all(waiting);
  assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set([303, 502]));

  const logs = site.nginx.logs();
  assert.match(logs, /GET \/auth\/complete\/peeringdb" 502/);
  for (const { address } of returning) {
    const { searchParams } = new URL(address);
    for (const name of ["code", "state"]) {
      assert.ok(!logs.includes(searchParams.get(name) ?? assert.fail(name)), `its ${name}`);
    }
  }
});

test("a process that is told to end answers what it has in hand, and nobody else's login is lost", async (t) => {
  const ends = endings(t);
  const folder = temporaryFolder(ends);
  const database = await startDatabase(ends, "SQLite", folder);
  const site = await startSite(ends, { folder, database, people: 8, delay: 800 });
  const agent = browserAgent(8);
  ends.after(() => agent.destroy());
  const doors = { origin: site.origin, agent };
  const returning = await Promise.all(Array.from({ length: 8 }, (_, at) => leave(doors, at + 1)));
  const waiting = returning.map((each) => comeBack(agent, each));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const ended = Promise.all(site.processes.map(({ running }) => running.end("SIGTERM")));
  const outcomes = await Promise.all(waiting);
  assert.deepEqual(outcomes.map(({ failure }) => failure).filter(Boolean), []);
  await ended;
  assert.deepEqual(await Promise.all(site.processes.map(({ running }) => running.ended)), [0, 0]);
});
