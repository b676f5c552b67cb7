import { readdir } from "node:fs/promises";
import { BaseAuth } from "../../backend.ts";

/** The names of the backends that come with this package: nobody keeps a list. */
export async function ownBackends(): Promise<ReadonlySet<string>> {
  const folder = new URL("../../backends/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => /(?<!\.d)\.[jt]s$/.test(file));
  const names = await Promise.all(files.map((file) => namesIn(new URL(file, folder).href)));
  return new Set([...namedByProtocol, ...names.flat()]);
}

// Their classes are protocols of their own, to be used as they are.
const namedByProtocol = ["openid", "saml"];

async function namesIn(module: string): Promise<readonly string[]> {
  const exported: object = await import(module);
  return Object.values(exported)
    .filter((value): value is new () => BaseAuth => value?.prototype instanceof BaseAuth)
    .map((Backend) => new Backend().name);
}
