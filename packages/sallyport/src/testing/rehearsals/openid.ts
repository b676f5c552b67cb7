import { fetchTransport } from "#platform";
import type { HttpLimits, HttpRequest } from "../../index.ts";
import {
  type Contract,
  type ContractCase,
  callsAtBegin,
  callsWithoutProfile,
  expectFailure,
  refusedCase,
} from "../contract.ts";
import type { DeclaredCall } from "../fixture.ts";
import type { Protocol } from "./protocol.ts";

const openId2 = "http://specs.openid.net/auth/2.0";
const invalid = { code: "callback_invalid", stage: "callback" };

/** OpenID 2.0: an assertion that the provider confirms itself, to a relying party that keeps no secret. */
export const openId: Protocol = {
  speaks: ({ callback }) => "openid.mode" in callback,

  denial: { "openid.ns": openId2, "openid.mode": "cancel" },

  faults(call, { data }) {
    if (call.stage === "profile") return {};
    // What the person entered is theirs to mend.
    const atBegin = data ? "data_invalid" : "discovery_failed";
    const unusable = call.stage === "begin" ? atBegin : "callback_invalid";
    const code = isVerification(call) ? "answer_invalid" : unusable;
    return { html: code, unauthorized: code, empty: code };
  },

  // Section 11.4.2.1: the answer itself, under another mode.
  completed(call, { callback }) {
    if (!isVerification(call) || call.form) return call;
    const fields = Object.entries(callback).filter(([name]) => name.startsWith("openid."));
    const form = { ...Object.fromEntries(fields), "openid.mode": "check_authentication" };
    return { ...call, form };
  },

  // Its requests resolve and dial by themselves, since a person says where they go.
  settings(fetch, timeout) {
    const carry = fetchTransport(fetch);
    const dialer = (request: HttpRequest, limits: HttpLimits) =>
      carry(request, { ...limits, timeout: Math.min(limits.timeout, timeout) });
    return { resolver: async () => ["8.8.8.8"], dialer };
  },

  authorized(_, known, now) {
    const time = now.toISOString().replace(/\.\d+Z$/, "Z");
    known.set("response_nonce", `${time}of-this-login`);
  },

  cases(contract) {
    const { callback } = contract.fixture;
    const changed = (name: string, value: string) => ({ ...callback, [name]: value });
    const refuses = (what: string, wrong: Readonly<Record<string, string>>) =>
      refusedCase(contract, `refuses ${what} before it asks anything`, invalid, {
        callback: wrong,
        calls: callsAtBegin(contract.fixture),
      });
    const signed = callback["openid.signed"]?.split(",") ?? [];
    const fields = ["op_endpoint", "return_to", "claimed_id", "identity", "response_nonce"];
    return [
      ...fields.map((field) => {
        const others = signed.filter((name) => name !== field).join(",");
        return refuses(`an answer whose ${field} is not signed`, changed("openid.signed", others));
      }),
      refuses(
        "the answer of another provider",
        changed("openid.op_endpoint", "https://another.example/"),
      ),
      refuses(
        "an answer to another address",
        changed("openid.return_to", "https://another.example/"),
      ),
      refuses("an answer of long ago", changed("openid.response_nonce", "2001-01-01T00:00:00Zold")),
      tampered(contract),
      replayed(contract),
    ];
  },
};

/** Whether a call asks the provider if an answer is its own. */
function isVerification({ stage, method }: DeclaredCall): boolean {
  return stage === "callback" && method === "POST";
}

function tampered(contract: Contract): ContractCase {
  const { callback, calls } = contract.fixture;
  const verification = calls.filter(isVerification).map((call): DeclaredCall => {
    const body = `ns:${openId2}\nis_valid:false\n`;
    return { ...call, answer: { ...call.answer, body } };
  });
  return refusedCase(contract, "refuses an answer that was tampered with", invalid, {
    callback: { ...callback, "openid.claimed_id": `${callback["openid.claimed_id"]}2` },
    calls: [...callsAtBegin(contract.fixture), ...verification],
  });
}

function replayed({ fixture, start }: Contract): ContractCase {
  return {
    name: "refuses a nonce that was used before",
    async run() {
      const rehearsal = start({ calls: [...fixture.calls, ...callsWithoutProfile(fixture)] });
      await rehearsal.leave();
      await rehearsal.comeBack();
      rehearsal.forgetCookies();
      await rehearsal.leave();
      expectFailure(await rehearsal.comeBack(), invalid);
      rehearsal.verify();
    },
  };
}
