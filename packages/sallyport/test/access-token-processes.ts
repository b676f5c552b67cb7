import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Storage } from "../src/storage.ts";
import { secret, settingsFor, startSite } from "./site.ts";

const moduleUrl = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

/** Five who ask in each of two processes for a token that has ended make one refresh. */
export async function askFromTwoProcesses(
  t: TestContext,
  kind: "sqlite" | "postgres",
  address: string,
  storage: Storage,
): Promise<void> {
  const site = await startSite(t, { storage });
  await site.browser().signIn("example");
  const account = await site.storage.associations.find("example", "1");
  // Slow enough for all of them to ask meanwhile.
  site.provider.on("/token", async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return site.provider.standard(request);
  });
  site.clock.advance(61);
  // Both begin when both are ready.
  let ready = 0;
  let begin = () => {};
  const bothReady = new Promise<void>((resolve) => {
    begin = resolve;
  });
  site.provider.on("/ready", async () => {
    if (++ready === 2) begin();
    await bothReady;
    return { body: {} };
  });
  const source = `
    import { createAuth } from ${moduleUrl("../src/index.ts")};
    import { ${kind}Storage } from ${moduleUrl(`../src/storage/${kind}.ts`)};
    import { ExampleOAuth2, origin } from ${moduleUrl("./site.ts")};
    const auth = createAuth({
      baseUrl: origin,
      secrets: [${JSON.stringify(secret)}],
      storage: ${kind}Storage(${JSON.stringify(address)}),
      backends: [new ExampleOAuth2(${JSON.stringify(settingsFor(site.provider))})],
      now: () => new Date(${site.clock.now.getTime()}),
    });
    await fetch(${JSON.stringify(`${site.provider.origin}/ready`)});
    const ask = () => auth.accessToken({ id: ${account?.userId} }, "example");
    const tokens = await Promise.all(Array.from({ length: 5 }, ask));
    console.log(JSON.stringify(tokens));
    await auth.close();`;
  const options = ["--conditions=sallyport-source", "--import", "tsx", "--input-type=module"];
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const run = async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [...options, "-e", source], {
      cwd,
    });
    return JSON.parse(stdout) as string[];
  };
  const tokens = (await Promise.all([run(), run()])).flat();
  assert.equal(tokens.length, 10);
  assert.equal(new Set(tokens).size, 1);
  assert.equal(site.provider.to("/token").length, 2, "the login's, and one");
}
