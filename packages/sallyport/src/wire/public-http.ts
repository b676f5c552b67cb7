import { resolve as platformResolve, transport as platformTransport } from "#platform";
import { AuthError, type Stage } from "../errors.ts";
import {
  type HttpAnswer,
  type HttpLimits,
  type HttpRequest,
  type Transport,
  TransportFailure,
} from "../http.ts";
import { boundedHttp } from "./bounded-http.ts";
import { isAddress, isPublicAddress } from "./public-address.ts";

/**
 * Every address of a host. Undefined where the platform resolves names by itself when it
 * fetches, and reaches no private network, as on Workers.
 */
export type Resolver = (host: string) => Promise<readonly string[] | undefined>;

/**
 * Carries one request over a connection to this very address, whatever the host's name
 * resolves to by now. Certificate and `Host` are those of the name.
 */
export type Dialer = (
  request: HttpRequest,
  limits: HttpLimits,
  address: string | undefined,
) => Promise<HttpAnswer>;

/** How names are resolved and connections made, and which ports may be asked. */
export interface Network {
  readonly resolve?: Resolver | undefined;
  readonly dial?: Dialer | undefined;
  /** 80 and 443 unless given. */
  readonly ports?: readonly number[] | undefined;
}

/** An address that must not be asked: not public, another scheme, another port. */
export class NotPublic extends Error {
  override readonly name = "NotPublic";
}

/** An answer, and the address that gave it after the redirects. */
export type PublicAnswer = HttpAnswer & { readonly url: string };

/** Asks addresses that came from outside. {@link publicHttp} makes it. */
export interface PublicHttp {
  /** Follows up to five redirects, each checked as the first address is. @throws {@link NotPublic} */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<PublicAnswer>;
  /** Posts a form, and follows no redirect. @throws {@link NotPublic} */
  post(url: string, form: URLSearchParams): Promise<HttpAnswer>;
}

/** What one call may cost, its redirects included. */
export const publicLimits = { milliseconds: 5_000, bytes: 256 * 1024, redirects: 5 } as const;

/**
 * A client for addresses that somebody else chose, so that nobody makes this server ask
 * its own network (server-side request forgery). http and https only; a name is resolved
 * once, every one of its addresses must be public, and the connection goes to the address
 * that was checked, so that a second answer of the name server changes nothing.
 */
export function publicHttp(backend: string, stage: Stage, network: Network = {}): PublicHttp {
  const asker = { name: backend, hostFromOutside: true, mayRequest: () => true };
  const transport = publicTransport(network);
  const limits = {
    callTimeout: publicLimits.milliseconds,
    loginTimeout: publicLimits.milliseconds,
  };
  const client = () =>
    boundedHttp(asker, stage, { transport, publicTransport: transport, ...limits });

  return {
    async get(start, headers = {}) {
      const http = client();
      let url = start;
      for (let redirects = 0; redirects <= publicLimits.redirects; redirects++) {
        const answer = await http.request({ url, headers });
        const next = redirectOf(answer, url);
        if (next === undefined) return { ...answer, url };
        url = next;
      }
      throw new AuthError("answer_invalid", {
        stage,
        backend,
        message: `${backend}: ${new URL(start).origin} redirects more than ${publicLimits.redirects} times`,
      });
    },
    post: (url, form) =>
      client().request({
        url,
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: form.toString(),
      }),
  };
}

function redirectOf({ status, headers }: HttpAnswer, url: string): string | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, url)) throw new NotPublic("a redirect leads to no URL");
  return new URL(location, url).href;
}

/**
 * Checks where a request leads, then dials the address that was checked.
 *
 * @throws {@link NotPublic}
 */
export function publicTransport({
  resolve = platformResolve,
  dial = platformTransport,
  ports,
}: Network = {}): Transport {
  return async (request, limits) => {
    const giveUpAt = performance.now() + limits.timeout;
    const url = new URL(request.url);
    refuseUnusual(url, ports ?? [80, 443]);
    const address = await checkedAddress(url.hostname, (host) =>
      inTime(resolve(host), limits.timeout),
    );
    const timeout = Math.max(1, Math.ceil(giveUpAt - performance.now()));
    const maxBytes = Math.min(limits.maxBytes, publicLimits.bytes);
    return dial(request, { timeout, maxBytes }, address);
  };
}

function refuseUnusual(url: URL, ports: readonly number[]): void {
  if (!/^https?:$/.test(url.protocol)) throw new NotPublic(`${url.protocol} is not http or https`);
  if (url.username || url.password) throw new NotPublic("the URL carries credentials");
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  if (!ports.includes(port)) throw new NotPublic(`port ${port} is not ${ports.join(" or ")}`);
}

async function checkedAddress(hostname: string, resolve: Resolver): Promise<string | undefined> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses = isAddress(host) ? [host] : await resolve(host);
  if (addresses === undefined) return undefined;
  const [first] = addresses;
  if (first === undefined) throw new TransportFailure("unreachable", "the host has no address");
  if (!addresses.every(isPublicAddress)) {
    throw new NotPublic("the host is not on the public internet");
  }
  return first;
}

/** What a resolver says, or a {@link TransportFailure}. */
async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TransportFailure("timeout", `no address within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof TransportFailure) throw error;
    throw new TransportFailure("unreachable", "the host's name leads nowhere", error);
  } finally {
    clearTimeout(timer);
  }
}
