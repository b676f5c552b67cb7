import type { JsonObject } from "../../index.ts";
import {
  type Changes,
  type Contract,
  type ContractCase,
  callsWithoutProfile,
  refusedCase,
} from "../contract.ts";
import { parametersOf } from "../departure.ts";
import type { BackendFixture, FixtureCall, FixtureIdToken } from "../fixture.ts";
import { makeSigningKey, type SigningKey, signedToken, unsignedToken } from "./id-token.ts";
import type { Protocol } from "./protocol.ts";

/** OpenID Connect: the provider signs `{id_token}` with a key of its own, which `{jwks}` lists. */
export function openIdConnect(): Protocol {
  // Made once for all cases, since an RSA key takes a while.
  let keys: Promise<readonly [SigningKey, SigningKey]> | undefined;

  return {
    speaks: ({ idToken }) => idToken !== undefined,

    faults({ stage, method }) {
      // Documents that a provider publishes, discovery's and its keys.
      const isPublished = method === "GET" && (stage === "begin" || stage === "identity");
      if (!isPublished) return {};
      return {
        html: "discovery_failed",
        unauthorized: "discovery_failed",
        empty: "discovery_failed",
      };
    },

    async authorized(fixture, known, now) {
      const { algorithm = "RS256", claims = {} } = fixture.idToken ?? {};
      const seconds = Math.floor(now.getTime() / 1000);
      const all = {
        aud: parametersOf(fixture).client_id,
        nonce: known.get("nonce"),
        iat: seconds,
        exp: seconds + 300,
        ...claims,
      };
      keys ??= Promise.all([makeSigningKey(algorithm), makeSigningKey(algorithm)]);
      const [key, other] = await keys;
      known.set("id_token", await signedToken(key, all));
      known.set("unsigned_id_token", unsignedToken(all));
      known.set("jwks", JSON.stringify({ keys: [key.jwk] }));
      known.set("other_jwks", JSON.stringify({ keys: [other.jwk] }));
    },

    cases: tokenCases,
  };
}

function tokenCases(contract: Contract): readonly ContractCase[] {
  const { fixture } = contract;
  const refuses = (what: string, changes: Changes) =>
    refusedCase(
      contract,
      `refuses ${what}`,
      { code: "id_token_invalid", stage: "identity" },
      { calls: callsWithoutProfile(fixture), ...changes },
    );
  const claims = (wrong: JsonObject): Changes => ({ idToken: withClaims(fixture, wrong) });
  return [
    refuses("an id_token of another login", claims({ nonce: "another" })),
    refuses("an id_token without a nonce", claims({ nonce: undefined })),
    refuses("an id_token for another client", claims({ aud: "another" })),
    refuses("an id_token of another issuer", claims({ iss: "https://another.example" })),
    refuses("an id_token that has expired", claims({ exp: 946_684_800 })),
    refuses("an id_token about nobody", claims({ sub: undefined })),
    refuses("an id_token of another key", {
      calls: withBodies(fixture, (body) => (body === "{jwks}" ? "{other_jwks}" : body)),
    }),
    refuses("an id_token that nobody signed", {
      calls: withBodies(fixture, (body) => withToken(body, "{unsigned_id_token}")),
    }),
    refuses("an answer without an id_token", {
      // Where it is the token that says whose keys they are, nobody can ask for them.
      calls: withBodies(fixture, (body) => withToken(body, undefined)).map((call) => ({
        ...call,
        optional: call.stage === "identity",
      })),
    }),
    ...fixture.calls
      .filter(({ stage, answer }) => stage === "profile" && "sub" in Object(answer.body))
      .map((call) =>
        refusedCase(
          contract,
          "refuses UserInfo about somebody else",
          { code: "id_token_invalid", stage: "profile" },
          { calls: [...callsWithoutProfile(fixture), aboutSomebodyElse(call)] },
        ),
      ),
  ];
}

function withClaims({ idToken }: BackendFixture, wrong: JsonObject): FixtureIdToken {
  return { ...idToken, claims: { ...idToken?.claims, ...wrong } };
}

type Body = FixtureCall["answer"]["body"];

function withBodies(fixture: BackendFixture, change: (body: Body) => Body) {
  return callsWithoutProfile(fixture).map((call) => {
    const { answer } = call;
    return { ...call, answer: { ...answer, body: change(answer.body) } };
  });
}

function withToken(body: Body, idToken: string | undefined): Body {
  const fields = Object(body) as JsonObject;
  return "id_token" in fields ? { ...fields, id_token: idToken } : body;
}

function aboutSomebodyElse(call: FixtureCall): FixtureCall {
  const body = { ...(call.answer.body as JsonObject), sub: "somebody-else" };
  return { ...call, answer: { ...call.answer, body } };
}
