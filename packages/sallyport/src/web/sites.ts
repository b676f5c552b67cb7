import type { SignedIn } from "../session.ts";
import { unknownTenant } from "../tenants.ts";
import type { Asker } from "../user-sessions.ts";
import type { Answer } from "./answers.ts";
import { parseCookies } from "./cookies.ts";
import type { Incoming, WithHeaders } from "./incoming.ts";
import { answer } from "./routes.ts";
import { readSession, type Site } from "./visit.ts";

/** The site that a request, or an account, belongs to: there is one, or one for each tenant. */
export interface Sites {
  /** Answers a request to one of our routes; undefined where the path is not ours. */
  answer(request: Incoming): Promise<Answer | undefined>;
  /** Who a request is signed in as. */
  session(request: WithHeaders): Promise<SignedIn | undefined>;
  /** What a request may see of its user's sessions. */
  asker(request: WithHeaders): Promise<Asker>;
  /** @throws `tenant_unknown` */
  ofTenant(tenant: string | null): Promise<Site>;
  /** The tenant's backends have changed. */
  forget(tenant: string): void;
}

/** The application has one set of backends. */
export function oneSite(site: Site): Sites {
  return {
    answer: (request) => answer(site, request),
    session: (request) => readSession(site, cookiesOf(request)),
    async asker(request) {
      return { tenant: null, cookie: cookiesOf(request).get(site.jar.sessionName) };
    },
    async ofTenant(tenant) {
      if (tenant === null) return site;
      throw unknownTenant(`there are no tenants, and so no "${tenant}"`);
    },
    forget() {},
  };
}

/** A request's cookies, whatever kind of request it is. */
export function cookiesOf({ headers }: WithHeaders): ReadonlyMap<string, string> {
  return parseCookies(headers instanceof Headers ? headers.get("cookie") : headers.cookie);
}
