import { flowLifetime } from "../login.ts";
import type { Seal } from "../seal.ts";
import type { Flow } from "../session.ts";
import type { CookieJar } from "./cookies.ts";

/** The most that one flow's cookie may weigh, name and value, in bytes. */
const mostBytes = 3584;

/** The most that all flows of one browser may weigh together. Servers refuse large headers. */
const mostBytesTogether = 6144;

/** Flows that wait in the browser: one sealed cookie each, named for the start of its state. */
export interface FlowCookies {
  /** `Set-Cookie` lines that keep this flow and drop the oldest where there are too many. */
  keep(flow: Flow, cookies: ReadonlyMap<string, string>): Promise<string[]>;
  find(state: string | undefined, cookies: ReadonlyMap<string, string>): Promise<Flow | undefined>;
  /** The `Set-Cookie` line that forgets the flow of this state, if the browser holds it. */
  forget(state: string | undefined, cookies: ReadonlyMap<string, string>): string[];
}

/** @param fallback where a flow goes whose own `next` is too long to be kept. */
export function flowCookies(jar: CookieJar, seal: Seal, fallback: string): FlowCookies {
  const nameFor = (state: string) => jar.flowPrefix + state.slice(0, 8);

  async function open(sealed: string): Promise<Flow | undefined> {
    const text = await seal.open(sealed);
    // Only we can have sealed it, so it is a flow.
    return text === undefined ? undefined : (JSON.parse(text) as Flow);
  }

  /** Names of flows to drop, oldest first, until `room` bytes are free. */
  async function crowdedOut(
    cookies: ReadonlyMap<string, string>,
    room: number,
  ): Promise<readonly string[]> {
    const held = [...cookies].filter(([name]) => name.startsWith(jar.flowPrefix));
    let weight = held.reduce((sum, cookie) => sum + weightOf(cookie), 0);
    if (weight + room <= mostBytesTogether) return [];
    const aged = await Promise.all(
      held.map(async (cookie) => ({ cookie, age: (await open(cookie[1]))?.expiresAt ?? 0 })),
    );
    aged.sort((one, other) => one.age - other.age);
    const dropped: string[] = [];
    for (const { cookie } of aged) {
      if (weight + room <= mostBytesTogether) break;
      weight -= weightOf(cookie);
      dropped.push(cookie[0]);
    }
    return dropped;
  }

  return {
    async keep(flow, cookies) {
      const name = nameFor(flow.state);
      let value = await seal.close(JSON.stringify(flow));
      if (name.length + value.length > mostBytes) {
        value = await seal.close(JSON.stringify({ ...flow, next: fallback }));
      }
      const dropped = await crowdedOut(cookies, name.length + value.length);
      return [
        ...dropped.map((each) => jar.clear(each)),
        jar.set(name, value, Math.ceil(flowLifetime / 1000)),
      ];
    },

    async find(state, cookies) {
      const sealed = state === undefined ? undefined : cookies.get(nameFor(state));
      return sealed === undefined ? undefined : open(sealed);
    },

    forget(state, cookies) {
      const name = state === undefined ? undefined : nameFor(state);
      return name !== undefined && cookies.has(name) ? [jar.clear(name)] : [];
    },
  };
}

function weightOf([name, value]: readonly [string, string]): number {
  return name.length + value.length;
}
