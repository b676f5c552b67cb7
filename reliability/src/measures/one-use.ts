import { createHash, createHmac } from "node:crypto";
import type { Agent } from "node:http";
import { browserAgent, visit } from "bench/visit";
import { comeBack, leave } from "../browser.ts";
import { temporaryFolder } from "../folder.ts";
import type { Context, Figures, Measure } from "../measure.ts";
import { startPostgres } from "../postgres.ts";
import { botToken } from "../settings.ts";
import { type Site, startSite } from "../site.ts";

/** What came of one thing that was used many times at once. */
interface Round {
  /** How many of the uses succeeded. */
  readonly succeeded: number;
  /** How often the provider was asked, where that is what must happen once. */
  readonly asked?: number;
}

interface Ground {
  readonly site: Site;
  readonly agent: Agent;
  readonly uses: number;
}

/** Things that work once, by name: each readies one and uses it at once, in both processes. */
const things: Readonly<Record<string, (ground: Ground, person: number) => Promise<Round>>> = {
  /** A callback that arrives again and again in one browser. */
  async "state, and the code with it"({ site, agent, uses }, person) {
    await forget(site);
    const returning = await leave({ origin: site.origin, agent }, person);
    const outcomes = await times(uses, () => comeBack(agent, returning));
    const succeeded = outcomes.filter(({ session }) => session).length;
    return { succeeded, asked: await asked(site, agent, "authorization_code") };
  },

  /** One code in the callbacks of as many browsers, each with a flow of its own. */
  async "code, in flows of others"({ site, agent, uses }, person) {
    const doors = { origin: site.origin, agent };
    const mine = await leave(doors, person);
    const code = new URL(mine.address).searchParams.get("code") ?? "";
    const others = await times(uses - 1, () => begin(site, agent, "peeringdb"));
    const stolen = others.map(({ state, cookie, complete }) => ({
      address: `${complete}?${new URLSearchParams({ code, state })}`,
      cookie,
    }));
    const outcomes = await Promise.all([mine, ...stolen].map((each) => comeBack(agent, each)));
    return { succeeded: outcomes.filter(({ session }) => session).length };
  },

  /** An answer that its provider signed, in as many flows: it is good once, each state too. */
  async "nonce, or signed answer"({ site, agent, uses }, person) {
    const answer = signedByTelegram(person);
    const flows = await times(uses, () => begin(site, agent, "telegram"));
    const outcomes = await Promise.all(
      flows.map(({ state, cookie, complete }) => {
        const query = new URLSearchParams({ redirect_state: state, ...answer });
        return comeBack(agent, { address: `${complete}?${query}`, cookie });
      }),
    );
    return { succeeded: outcomes.filter(({ session }) => session).length };
  },

  /** The reply to a paused login, sent again and again. */
  async "resume link"({ site, agent, uses }, person) {
    const { origin } = site;
    const doors = { origin, agent, basePath: "/asking" };
    const { address, cookie } = await leave(doors, person);
    const paused = await visit(address, { agent, cookie });
    if (paused.status !== 303) throw new Error(`complete answered with ${paused.status}`);
    const held = paused.cookies.join("; ");
    const form = new URLSearchParams({ motto: "once" });
    const replies = await times(uses, () =>
      visit(new URL(paused.location, origin).href, { agent, cookie: held, form }),
    );
    const signedIn = replies.filter(({ status, cookies }) => status === 303 && hasSession(cookies));
    return { succeeded: signedIn.length };
  },

  /** Callers who need a token that has ended, all at once: one asks, and all get what came. */
  async "refresh token"({ site, agent, uses }, person) {
    const { origin, database } = site;
    const returning = await leave({ origin, agent }, person);
    await comeBack(agent, returning);
    const where = `provider = 'peeringdb' and uid = '${person}'`;
    const [account] = await database.ask(
      `select user_id, extra_data from social_auth where ${where}`,
    );
    // What the library wrote there is an object; `pg` has read it.
    const ended = { ...(account?.extra_data as object), expires_on: 1 };
    await database.ask(
      `update social_auth set extra_data = '${JSON.stringify(ended)}' where ${where}`,
    );
    await forget(site);
    const answers = await times(uses, () =>
      visit(`${origin}/access-token?user=${account?.user_id}`, { agent }),
    );
    const tokens = new Set(answers.map(({ body }) => body));
    const got = answers.every(({ status }) => status === 200) && tokens.size === 1;
    return { succeeded: got ? 1 : 0, asked: await asked(site, agent, "refresh_token") };
  },
};

/** What works once is used many times at once, over two processes. */
export const measure: Measure<{ rounds: number; uses: number }> = {
  name: "one-use",
  title: "of many uses at once of what works once, exactly one succeeds",
  sizes: { rounds: 1000, uses: 50 },

  async run(context, { rounds, uses }) {
    const folder = temporaryFolder(context);
    const database = await startPostgres(context, folder);
    const options = { folder, database, people: 5 * rounds, delay: 0 };
    const site = await startSite(context, options);
    const agent = browserAgent(uses);
    context.after(() => agent.destroy());
    const rows: (readonly (string | number)[])[] = [];
    const broken: string[] = [];
    let person = 1;
    for (const [thing, use] of Object.entries(things)) {
      const [none, several] = await repeat(context, thing, rounds, () =>
        use({ site, agent, uses }, person++),
      );
      rows.push([thing, rounds, uses, rounds - none - several, none, several]);
      if (none + several > 0) broken.push(`${thing}: ${none} times none, ${several} times several`);
    }
    const columns = ["Thing", "Times", "Uses at once", "One succeeded", "None", "Several"];
    return { columns, rows, broken } satisfies Figures;
  },
};

/** How often none succeeded, and how often several did. */
async function repeat(
  { say }: Context,
  thing: string,
  rounds: number,
  round: () => Promise<Round>,
): Promise<readonly [none: number, several: number]> {
  let [none, several] = [0, 0];
  for (let at = 0; at < rounds; at++) {
    const { succeeded, asked = succeeded } = await round();
    if (succeeded === 0 || asked === 0) none++;
    else if (succeeded > 1 || asked > 1) several++;
  }
  say(`${thing}: ${rounds} times`);
  return [none, several];
}

function times<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, act));
}

/** A flow of a browser of its own, which stays where it is. */
async function begin({ origin }: Site, agent: Agent, backend: string) {
  const left = await visit(`${origin}/auth/login/${backend}`, { agent });
  const cookie = left.cookies.join("; ");
  // In the address that the browser is sent to, or on the page that it gets.
  const [, state] = /[?&](?:redirect_)?state=([\w-]+)/.exec(left.location || left.body) ?? [];
  if (!state) throw new Error(`login answered with ${left.status}: ${left.body}`);
  return { state, cookie, complete: `${origin}/auth/complete/${backend}` };
}

// https://core.telegram.org/widgets/login#checking-authorization
function signedByTelegram(person: number): Readonly<Record<string, string>> {
  const fields = { auth_date: String(Math.floor(Date.now() / 1000)), id: String(person) };
  const text = Object.entries(fields)
    .map((field) => field.join("="))
    .join("\n");
  const key = createHash("sha256").update(botToken).digest();
  return { ...fields, hash: createHmac("sha256", key).update(text).digest("hex") };
}

function hasSession(cookies: readonly string[]): boolean {
  return cookies.some((cookie) => /sallyport-session=[\w-]{43}$/.test(cookie));
}

/** Empties the sandbox's list of requests. */
async function forget({ provider }: Site): Promise<void> {
  await fetch(`${provider}/sandbox/requests`, { method: "DELETE" });
}

/** How often the sandbox was asked for tokens in this way. */
async function asked({ provider }: Site, agent: Agent, grant: string): Promise<number> {
  const { body } = await visit(`${provider}/sandbox/requests`, { agent });
  const requests = JSON.parse(body) as { form: { grant_type?: string } }[];
  return requests.filter(({ form }) => form.grant_type === grant).length;
}
