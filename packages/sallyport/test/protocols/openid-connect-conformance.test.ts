import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { type OpenIdProvider, person, startOpenIdSite } from "../oidc/misbehaving-provider.ts";
import { type Module, modules, notRun, type Plan, usualKeys } from "../oidc/modules.ts";
import type { Recorded } from "../provider.ts";
import type { Site } from "../site.ts";

// Each module of the OpenID Foundation's plans, as a whole login. What came of them is
// docs/reference/conformance.md; `UPDATE=1` writes it anew.

const passed = new Set<Module>();

for (const module of modules) {
  const { name, plan, provider, must } = module;
  test(`${plan}: ${name}: where the provider ${provider}, we ${must}`, async (t) => {
    const { site, openId } = await startOpenIdSite(t, usualKeys);
    const outcome = await outcomeOf(module, site, openId);
    const asked = site.provider.requests.map(lineOf);
    assert.equal(outcome?.code, module.refusedAs, outcome?.message);
    assert.ok(outcome?.message.includes(module.because ?? "") ?? true, outcome?.message);
    if (module.asked) assert.ok(asked.flat().includes(module.asked), asked.join("\n"));
    assertNothingLeaked(site);
    passed.add(module);
  });
}

test("docs/reference/conformance.md says what came of them", () => {
  const page = new URL("../../../../docs/reference/conformance.md", import.meta.url);
  const text = pageOf(modules);
  if (process.env.UPDATE === "1") writeFileSync(page, text);
  assert.equal(readFileSync(page, "utf8"), text, "UPDATE=1 writes the page anew");
});

/** What a module's login, or what follows it, was refused with, as the operator reads it. */
async function outcomeOf(
  module: Module,
  site: Site,
  openId: OpenIdProvider,
): Promise<Refusal | undefined> {
  openId.behave(module.behaves ?? {});
  const first = await signInAt(site);
  if (first !== undefined || !(module.later || module.rotatesTo || module.refreshes)) return first;
  if (module.refreshes) return renewedAt(site);
  openId.behave(module.later ?? {});
  if (module.rotatesTo) openId.rotate(module.rotatesTo);
  site.clock.advance(2);
  return signInAt(site);
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

async function signInAt(site: Site): Promise<Refusal | undefined> {
  const refusal = () => site.lines.at(-1)?.facts as Refusal;
  const browser = site.browser();
  const left = await browser.get("/auth/login/oidc");
  if (left.status !== 303) return refusal();
  const back = (await browser.follow(left)).headers.get("location") ?? "";
  const answer = await browser.send("GET", back, { "sec-fetch-site": "cross-site" });
  return answer.status === 303 ? undefined : refusal();
}

async function renewedAt(site: Site): Promise<Refusal | undefined> {
  const association = await site.storage.associations.find("oidc", person.sub);
  assert.ok(association);
  return site.auth.refresh(association).then(
    () => undefined,
    (error: Refusal) => error,
  );
}

/** A request as one or two lines. */
function lineOf({ method, path, headers, query }: Recorded): string[] {
  const line = `${method} ${path}`;
  const [scheme] = (headers.authorization ?? "").split(" ");
  return [line, `${line} with ${scheme}`, ...[...query.keys()].map((key) => `${line} with ${key}`)];
}

function assertNothingLeaked(site: Site): void {
  const lines = JSON.stringify(site.lines);
  for (const secret of site.provider.secrets) assert.ok(!lines.includes(secret), lines);
}

function pageOf(all: readonly Module[]): string {
  const plans: readonly Plan[] = ["Basic", "Config", "Refresh", "Comprehensive", "FAPI"];
  const tables = plans.map((plan) =>
    tableOf(
      plan,
      all.filter((module) => module.plan === plan),
    ),
  );
  const left = Object.entries(notRun).map(([name, why]) => `- \`${name}\`: ${why}`);
  return `${[...intro, ...tables, "## Not run\n", ...left].join("\n")}\n`;
}

function tableOf(plan: Plan, of: readonly Module[]): string {
  const rows = of.map((module) => {
    const came = module.refusedAs ? `refused: \`${module.refusedAs}\`` : "signed in";
    const result = passed.has(module) ? came : "FAILED";
    return `| \`${module.name}\` | ${module.provider} | ${module.must} | ${result} |`;
  });
  const head = ["| Module | The provider | We | Result |", "| --- | --- | --- | --- |"];
  return [`## ${titles[plan]}\n`, ...head, ...rows, ""].join("\n");
}

const titles: Readonly<Record<Plan, string>> = {
  Basic: "Basic",
  Config: "Config",
  Refresh: "Refresh tokens",
  Comprehensive: "Comprehensive, as far as it is about the code flow",
  FAPI: "FAPI, where it goes further",
};

const intro = [
  "# OpenID Connect conformance\n",
  "The OpenID Foundation tests relying parties with modules, each a provider that does one thing,",
  "mostly wrong. Here is what `OpenIdConnectAuth` does in the face of each. These are our own",
  "reproductions, by the Foundation's names, and no certificate: the test run signs in at a provider",
  "that behaves so, over HTTP, checks the reason of each refusal, and fails where this page says anything else than what happened",
  "(`packages/sallyport/test/protocols/openid-connect-conformance.test.ts`).\n",
];
