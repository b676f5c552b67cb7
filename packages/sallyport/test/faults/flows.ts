import assert from "node:assert/strict";
import type { Arrival } from "../../src/backend.ts";
import { type AnyStep, toAuthError } from "../../src/index.ts";
import { pipeline } from "../../src/pipeline.ts";
import { askNewPeople } from "../../src/steps/ask-new-people.ts";
import { associateByEmail } from "../../src/steps/associate-by-email.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { authAllowed } from "../../src/steps/auth-allowed.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { loadExtraData } from "../../src/steps/load-extra-data.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { userDetails } from "../../src/steps/user-details.ts";
import type { Browser } from "../browser.ts";
import { ExampleOAuth2, type Site } from "../site.ts";

/** What a person does here, from a state that can be made again and again. */
export interface Flow {
  readonly name: string;
  readonly steps?: readonly AnyStep[];
  /** Where it leads when all goes well. */
  readonly leadsTo: RegExp;
  /** Brings the person to where the flow starts. */
  prepare(site: Site, browser: Browser): Promise<Prepared>;
}

export interface Prepared {
  act(): Promise<Response>;
  /** What they do when that failed, {@link act} unless given. `stands`: it is written all the same. */
  again?(stands: boolean): Promise<Response>;
}

const ada = { id: 1, login: "ada", email: "ada@example.net" };
const otherAccount = { ...ada, id: 2 };
const byEmail = associateByEmail({ authoritative: ["example", "second"] });
const atFirst = [socialDetails, socialUid, authAllowed(), socialUser, byEmail] as const;
const atLast = [getUsername(), createUser(), associateUser, loadExtraData, userDetails()] as const;

export const steps = pipeline(...atFirst, ...atLast);

/** What is typed into the form, and kept nowhere. */
export const said = { motto: "per-aspera-ad-astra", passphrase: "correct-horse-battery" };

const form = {
  title: "Who are you?",
  fields: [
    { name: "motto", label: "Motto" },
    { name: "passphrase", label: "Passphrase", type: "password" as const },
  ],
};
/** The same, asking new people first. */
export const asking = pipeline(...atFirst, askNewPeople({ form }), ...atLast);

/** Uses up a nonce of the answer, too, as OpenID does. */
class WithNonce extends ExampleOAuth2 {
  override readonly name: string = "with-nonce";

  override async authComplete(arrival: Arrival) {
    await arrival.once(`nonce ${arrival.callback.get("state")}`, arrival.now);
    return super.authComplete(arrival);
  }
}

export const backends = { WithNonce };

export const flows: readonly Flow[] = [
  {
    name: "first login",
    leadsTo: /^\/$/,
    prepare: async (_, browser) => ({ act: () => signIn(browser) }),
  },
  {
    name: "first login, the answer's nonce used up",
    leadsTo: /^\/$/,
    prepare: async (_, browser) => ({ act: () => signIn(browser, "with-nonce") }),
  },
  {
    name: "returning login, with another name",
    leadsTo: /^\/$/,
    async prepare({ provider, browser: another }, browser) {
      await well(signIn(another()));
      provider.profile = { ...ada, name: "Ada Lovelace" };
      return { act: () => signIn(browser) };
    },
  },
  {
    name: "connecting another account",
    leadsTo: /^\/$/,
    async prepare({ provider }, browser) {
      await well(signIn(browser));
      provider.profile = otherAccount;
      return { act: () => signIn(browser, "second") };
    },
  },
  {
    name: "first login with another account, joined by e-mail",
    leadsTo: /^\/$/,
    async prepare({ provider, browser: another }, browser) {
      await well(signIn(another()));
      provider.profile = otherAccount;
      return { act: () => signIn(browser, "second") };
    },
  },
  {
    name: "paused login, until the question",
    steps: asking,
    leadsTo: /\/auth\/resume\/[\w-]{43}$/,
    prepare: async (_, browser) => ({ act: () => signIn(browser) }),
  },
  {
    name: "paused login, from the reply",
    steps: asking,
    leadsTo: /^\/$/,
    async prepare(_, browser) {
      const address = (await well(signIn(browser))).headers.get("location") ?? "";
      const reply = () => browser.post(address, undefined, new URLSearchParams(said));
      return {
        act: reply,
        async again(stands) {
          if (!stands) return reply();
          assert.match(await (await reply()).text(), /resume_unknown/);
          return signIn(browser);
        },
      };
    },
  },
  {
    name: "disconnect",
    leadsTo: /^\/$/,
    async prepare({ provider }, browser) {
      await well(signIn(browser));
      provider.profile = otherAccount;
      await well(signIn(browser, "second"));
      const disconnect = () => browser.post("/auth/disconnect/example");
      return {
        act: disconnect,
        async again(stands) {
          if (!stands) return disconnect();
          assert.match(await (await disconnect()).text(), /association_unknown/);
          return new Response(null, done);
        },
      };
    },
  },
  {
    name: "refresh",
    leadsTo: /^\/$/,
    async prepare({ auth, storage, clock }, browser) {
      await well(signIn(browser));
      const account = await storage.associations.find("example", "1");
      assert.ok(account);
      const refresh = () => auth.refresh(account).then(() => new Response(null, done), failed);
      return {
        act: refresh,
        async again() {
          // The time of a lease that nobody knew of is over.
          const later = new Date(clock.now.getTime() + 60_000);
          await storage.associations.lease(account.id, clock.now, later);
          const second = await refresh();
          if (second.status === 303) return second;
          // The provider has taken the old refresh token for a new one, which is lost.
          assert.match(await second.text(), /token_revoked/);
          await well(signIn(browser));
          return refresh();
        },
      };
    },
  },
];

const done = { status: 303, headers: { location: "/" } };

/** The person of all flows. */
export function introduce({ provider }: Site): void {
  provider.profile = ada;
}

/** The whole way to the provider and back, as far as it goes. */
export async function signIn(
  browser: Browser,
  backend = "example",
  basePath = "/auth",
): Promise<Response> {
  const path = `${basePath}/login/${backend}`;
  const left = await (browser.named("session").length > 0 ? browser.post(path) : browser.get(path));
  return left.status === 303 ? browser.follow(await browser.follow(left)) : left;
}

async function well(answer: Promise<Response>): Promise<Response> {
  assert.equal((await answer).status, 303);
  return answer;
}

/** What a page would say of it. */
function failed(thrown: unknown): Response {
  const { status, code, retryAfter } = toAuthError(thrown);
  const headers = new Headers(retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` });
  return new Response(`Code: ${code}`, { status, headers });
}
