import type { Client } from "../limiter.ts";
import type { Logger } from "../logger.ts";
import { groupsOf, type Prefix, startsWith, toPrefix } from "../wire/address.ts";
import { isPublic } from "../wire/public-address.ts";
import type { Incoming } from "./incoming.ts";

/** Tells whose request it is; undefined where no address tells clients apart. */
export type ClientOf = (request: Pick<Incoming, "address" | "headers">) => Client | undefined;

/**
 * The client is who is at the other end of the connection. Where that is one of the proxies,
 * it is the last address of `X-Forwarded-For` that is none: what stands left of it the
 * client may have written itself. From anybody else the header is not read.
 *
 * An address that is not public, and no proxy that was named, is most likely one that was
 * forgotten, and so everybody's: nobody is told apart by it.
 *
 * @param behindProxy whether a proxy is to be expected, so that its absence is worth a warning.
 */
export function clientsBehind(
  proxies: readonly Prefix[],
  { logger, behindProxy }: { readonly logger: Logger; readonly behindProxy: boolean },
): ClientOf {
  const isProxy = (groups: readonly number[]) =>
    proxies.some((prefix) => startsWith(groups, prefix));
  const warned = new Set<string>();
  const warnOnce = (message: string, peer: string) => {
    if (!behindProxy || warned.has(message)) return;
    warned.add(message);
    logger.warn(message, { peer });
  };

  return ({ address, headers }) => {
    if (address === undefined) return undefined;
    const peer = addressOf(address);
    if (!isProxy(peer)) {
      if (isPublic(peer)) return toClient(peer);
      warnOnce("no client is limited by address: trustedProxies does not name this peer", address);
      return undefined;
    }
    for (const entry of (headers.get("x-forwarded-for") ?? "").split(",").reverse()) {
      const forwarded = addressOf(entry);
      if (forwarded.length === 0) break;
      if (!isProxy(forwarded)) return toClient(forwarded);
    }
    warnOnce("no client is limited by address: this proxy names none in X-Forwarded-For", address);
    return undefined;
  };
}

/** A proxy, or a network of them; undefined where the text is none, or everybody. */
export function toProxy(text: string): Prefix | undefined {
  const [address = "", length, ...more] = text.split("/");
  const groups = unwrapped(groupsOf(address));
  const most = groups.length * 16;
  const bits = length === undefined ? most : Number(/^\d+$/.test(length) && length);
  return more.length === 0 && bits > 0 && bits <= most ? { groups, bits } : undefined;
}

/** An address as a socket or a proxy says it: with a zone, or with a port. */
function addressOf(text: string): readonly number[] {
  const alone = text.trim().replace(/^(\d+(?:\.\d+){3}|\[.*\]):\d+$/, "$1");
  return unwrapped(groupsOf(alone.replace(/%[^\]]*/, "")));
}

// IPv4 as a socket for both kinds says it (RFC 4291, section 2.5.5.2), and as a network without
// IPv4 does (RFC 6052): else all of it would be one client.
const wrapping = ["::ffff:0:0/96", "64:ff9b::/96"].map(toPrefix);

function unwrapped(groups: readonly number[]): readonly number[] {
  return wrapping.some((prefix) => startsWith(groups, prefix)) ? groups.slice(6) : groups;
}

function toClient(groups: readonly number[]): Client {
  if (groups.length === 2) {
    const bytes = groups.flatMap((group) => [group >> 8, group & 255]);
    return { key: bytes.join("."), network: `${bytes.slice(0, 3).join(".")}.0/24` };
  }
  const text = (count: number) =>
    groups
      .slice(0, count)
      .map((group) => group.toString(16))
      .join(":");
  return { key: `${text(4)}::/64`, network: `${text(3)}::/48` };
}
