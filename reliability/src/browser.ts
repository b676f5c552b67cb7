import type { Agent } from "node:http";
import { type Answer, visit } from "bench/visit";

/** Where a browser signs in. */
export interface Doors {
  readonly origin: string;
  readonly agent: Agent;
  /** Default `/auth`. */
  readonly basePath?: string;
}

/** A browser that has been at the provider, and is about to come back. */
export interface Returning {
  readonly address: string;
  /** The flow's. */
  readonly cookie: string;
}

/** What became of a request that was to sign somebody in. */
export interface Outcome {
  /** 0 where no answer came. */
  readonly status: number;
  /** The session's cookie, where there is one. */
  readonly session?: string | undefined;
  /** What failed, for whoever reads it. */
  readonly failure?: string | undefined;
  readonly retryAfter?: string | undefined;
}

/** Leaves through the first door and chooses a person at the provider. @throws an {@link Outcome} */
export async function leave(
  { origin, agent, basePath = "/auth" }: Doors,
  person: number,
): Promise<Returning> {
  const left = await visit(`${origin}${basePath}/login/peeringdb`, { agent });
  if (left.status !== 303) throw failed(left, "login");
  const authorize = new URL(left.location);
  const form = new URLSearchParams(authorize.search);
  form.set("person", String(person));
  form.set("decision", "approve");
  const chosen = await visit(authorize.origin + authorize.pathname, { agent, form });
  if (chosen.status !== 302) throw failed(chosen, "the provider");
  return { address: chosen.location, cookie: left.cookies.join("; ") };
}

/** Comes back through the second door. */
export async function comeBack(agent: Agent, { address, cookie }: Returning): Promise<Outcome> {
  try {
    const headers = { "sec-fetch-site": "cross-site" };
    const back = await visit(address, { agent, cookie, headers });
    const session = back.cookies.find((each) => /sallyport-session=[\w-]{43}$/.test(each));
    return back.status === 303 && session
      ? { status: back.status, session }
      : failed(back, "complete");
  } catch (error) {
    return unanswered(error, "complete");
  }
}

/** The whole way of one login. Throws nothing. */
export async function signIn(doors: Doors, person: number): Promise<Outcome> {
  let returning: Returning;
  try {
    returning = await leave(doors, person);
  } catch (error) {
    return isOutcome(error) ? error : unanswered(error, "login");
  }
  return comeBack(doors.agent, returning);
}

/** Whether a browser with this session is signed in. */
export async function isSignedIn({ origin, agent }: Doors, session: string): Promise<boolean> {
  const { status, body } = await visit(`${origin}/auth/session`, { agent, cookie: session });
  return status === 200 && body !== "null";
}

function failed({ status, headers, body }: Answer, where: string): Outcome {
  const code = /Code: (\w+)/.exec(body)?.[1] ?? body.slice(0, 80).replace(/\s+/g, " ");
  return { status, failure: `${where}: ${status} ${code}`, retryAfter: headers["retry-after"] };
}

function unanswered(error: unknown, where: string): Outcome {
  return { status: 0, failure: `${where}: ${error instanceof Error ? error.message : error}` };
}

function isOutcome(thrown: unknown): thrown is Outcome {
  return !(thrown instanceof Error);
}
