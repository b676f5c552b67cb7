import assert from "node:assert/strict";
import { defaultDisconnectPipeline } from "../../src/default-disconnect-pipeline.ts";
import type { DisconnectPipeline } from "../../src/disconnect-pipeline.ts";
import type { AnyStep, Pipeline } from "../../src/index.ts";
import { Browser } from "../browser.ts";
import { ExampleOAuth2, SecondOAuth2, type Site, secret, settingsFor, startSite } from "../site.ts";
import { backends, type Flow, introduce, said, steps } from "./flows.ts";
import { type Dump, dump, empty, type Ground, lasting, shape } from "./ground.ts";
import { assertUnreadable } from "./secrets.ts";
import { errors, kinds, Watch, type Wrong } from "./watch.ts";

/** What was tried of a flow. */
export interface Tried {
  readonly flow: string;
  readonly statements: readonly string[];
  readonly steps: readonly string[];
  /** How many faults. */
  readonly faults: number;
}

/**
 * Runs a flow as it should be, then once for each fault at each statement and after each step:
 * the answer says what happened, all or nothing is in the database, and the person succeeds
 * when they try again.
 */
export async function tryFlow(flow: Flow, ground: Ground): Promise<Tried> {
  const ends: (() => unknown)[] = [() => ground.close()];
  const afterwards = { after: (end: () => unknown) => void ends.unshift(end) };
  // Once in a hundred logins the used states are cleared away: not in these.
  const { random } = Math;
  Math.random = () => 0.5 + random() / 2;
  ends.push(() => {
    Math.random = random;
  });
  try {
    return await tryAll(flow, ground, afterwards);
  } finally {
    for (const end of ends) await end();
  }
}

async function tryAll(
  flow: Flow,
  ground: Ground,
  t: { after(end: () => unknown): void },
): Promise<Tried> {
  const stepWatch = new Watch();
  const watched = watchSteps(stepWatch, ground);
  const site = await startSite(t, {
    storage: ground.storage,
    // The same steps in the same order.
    pipeline: (flow.steps ?? steps).map(watched) as unknown as Pipeline,
    disconnectPipeline: defaultDisconnectPipeline.map(watched) as unknown as DisconnectPipeline,
    backends: (provider) =>
      [ExampleOAuth2, SecondOAuth2, backends.WithNonce].map(
        (kind) => new kind(settingsFor(provider)),
      ),
  });
  await ground.storage.migrate();

  async function once(watch: Watch, wrong?: Wrong) {
    await empty(ground);
    introduce(site);
    const heard: string[] = [secret, ...Object.values(said)];
    const handedOut = site.provider.secrets.length - 1;
    const browser = listening(site, heard);
    const { act, again } = await flow.prepare(
      { ...site, browser: () => listening(site, heard) },
      browser,
    );
    const before = await dump(ground);
    const signedInBefore = await signedIn(browser);
    const [answer, asked] = await watch.during(act, wrong);
    const after = await dump(ground);
    assertUnreadable(JSON.stringify(after), [...site.provider.secrets.slice(handedOut), ...heard]);
    return { answer, asked, before, after, browser, heard, signedInBefore, again: again ?? act };
  }

  const whole = await once(ground.statements);
  assert.match(whole.answer.headers.get("location") ?? "", flow.leadsTo);
  assertUnreadable(await ground.remains(), [...site.provider.secrets, ...whole.heard]);
  const statements = whole.asked;
  const stepsRun = (await once(stepWatch)).asked;
  let faults = 0;

  async function tryFault(watch: Watch, wrong: Wrong, expected: Expected): Promise<void> {
    faults++;
    const { answer, before, after, browser, signedInBefore, again } = await once(watch, wrong);
    assert.deepEqual(await outcomeOf(answer), expected.outcome);
    if (answer.status === 303) {
      assert.match(answer.headers.get("location") ?? "", flow.leadsTo);
    } else if (!expected.stands) {
      assert.equal(await signedIn(browser), signedInBefore);
    }
    if (expected.stands) assert.deepEqual(shape(after), shape(whole.after));
    else assert.deepEqual(lasting(after), lasting(before));
    if (answer.status === 303) return;
    const second = await again(expected.stands);
    assert.match(
      second.headers.get("location") ?? "",
      flow.leadsTo,
      `a second time: ${second.status}`,
    );
    assert.deepEqual(people(await dump(ground)), people(whole.after));
  }

  for (const [watch, asked, expect] of [
    [ground.statements, statements, atStatement],
    [stepWatch, stepsRun, atStep],
  ] as const) {
    for (const at of asked.keys()) {
      for (const kind of kinds) {
        const expected = expect(asked, { at, kind });
        if (!expected) continue;
        await tryFault(watch, { at, kind }, expected).catch((cause: Error) => {
          throw new Error(`${flow.name}: ${kind} at ${at} "${asked[at]}": ${cause.message}`, {
            cause,
          });
        });
      }
    }
  }
  return { flow: flow.name, statements, steps: stepsRun, faults };
}

/** What a fault must come to. */
interface Expected {
  /** The answer's status and code, and whether it says when to try again. */
  readonly outcome: readonly [status: number, code: string | undefined, retry: boolean];
  /** Whether what the flow writes is written then. */
  readonly stands: boolean;
}

const succeeds: Expected = { outcome: [303, undefined, false], stands: true };
const fails = (status: number, code: string, stands = false): Expected => ({
  outcome: [status, code, status === 503],
  stands,
});

function atStatement(asked: readonly string[], { at, kind }: Wrong): Expected {
  const text = asked[at] ?? "";
  // The server undoes it anyway, when the connection ends.
  if (text === "rollback") return succeeds;
  if (kind === "Error") return fails(500, "application_fault");
  // No driver throws one; whatever it is, a store has ended the transaction.
  if (kind === "AuthError" && text.startsWith("release")) return fails(500, "application_fault");
  if (kind === "AuthError") return fails(403, "account_not_allowed");
  const started = asked.slice(0, at + 1).findLast((each) => /^(begin|commit|rollback)/.test(each));
  const within = text === "commit" || (started?.startsWith("begin") ?? false);
  if (kind === "Conflict") {
    return within || !text.startsWith("select") ? succeeds : fails(503, "storage_conflict");
  }
  const decides = text === "commit" || (!within && /^(insert|update)/.test(text));
  const last = decides && !/social_(used|limits)/.test(text);
  return fails(503, "storage_unavailable", kind === "the answer is lost" && last);
}

function atStep(asked: readonly string[], { at, kind }: Wrong): Expected | undefined {
  if (kind === "the answer is lost") return undefined;
  // What happens after the commit changes nothing about it.
  if (phaseOf(asked[at]) === "after") return succeeds;
  if (kind === "AuthError") return fails(403, "account_not_allowed");
  if (kind === "StorageUnavailable") return fails(503, "storage_unavailable");
  // Nothing is begun yet that could start over.
  const early = phaseOf(asked[at]) === "before";
  if (kind === "Conflict") return early ? fails(503, "storage_conflict") : succeeds;
  return fails(500, "application_fault");
}

function phaseOf(name: string | undefined): string | undefined {
  return [...steps, ...defaultDisconnectPipeline].find((step) => step.name === name)?.phase;
}

/** Steps that are watched, and go wrong after what they did. */
function watchSteps(watch: Watch, { driversOwn }: Ground) {
  return (step: AnyStep) => ({
    ...step,
    async run(facts: never, may: never) {
      const given = await step.run(facts, may);
      const kind = watch.next(step.name);
      if (kind) throw errors[kind]?.() ?? driversOwn();
      return given;
    },
  });
}

/** A browser all of whose cookies, states and addresses of paused logins are heard. */
function listening({ auth }: Site, heard: string[]): Browser {
  return new Browser(auth.origin, async (request) => {
    const answer = await auth.handle(request);
    const url = new URL(request.url);
    const cookies = answer?.headers.getSetCookie().map((line) => /=([^;]*)/.exec(line)?.[1]);
    const [state, id] = [url.searchParams.get("state"), /resume\/(.*)/.exec(url.pathname)?.[1]];
    heard.push(...[...(cookies ?? []), state, id].filter((text): text is string => !!text));
    return answer;
  });
}

async function signedIn(browser: Browser): Promise<string> {
  return (await browser.get("/auth/session")).text();
}

async function outcomeOf(answer: Response): Promise<Expected["outcome"]> {
  const code = /Code: (\w+)/.exec(await answer.clone().text())?.[1];
  return [answer.status, code, answer.headers.has("retry-after")];
}

/** Who is there, with which accounts. */
function people(of: Dump): object {
  const { users = [], people = [], social_auth = [] } = of;
  return shape({ users, people, social_auth });
}
