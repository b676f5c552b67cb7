import type { JsonObject } from "../index.ts";
import type { Changes } from "./contract.ts";
import { expectSame } from "./expect.ts";
import type { BackendFixture, FixtureVariant } from "./fixture.ts";

/** How a variant's login differs from the fixture's. */
export function variantChanges(fixture: BackendFixture, variant: FixtureVariant): Changes {
  const { settings, idToken, callback, headers, calls } = fixture;
  const { answers = {}, claims = {} } = variant;
  const urls = calls.map(({ url }) => url);
  const strange = Object.keys(answers).filter((url) => !urls.includes(url));
  expectSame(strange, [], "answers to calls that the fixture does not have");
  return {
    settings: without(settings, variant.settings),
    callback: without(callback, variant.callback),
    headers: without(headers, variant.headers),
    idToken: idToken && { ...idToken, claims: without(idToken.claims, claims) },
    calls: calls.flatMap((call) => {
      const answer = answers[call.url];
      return answer === null ? [] : [{ ...call, answer: answer ?? call.answer }];
    }),
  };
}

// What is null in the changes goes away.
function without<Fields extends JsonObject>(
  fields: Fields | undefined,
  changes: { readonly [name: string]: Fields[string] | null | undefined } = {},
): Fields {
  const kept = Object.entries({ ...fields, ...changes }).filter(([, value]) => value !== null);
  // Only what was null is gone.
  return Object.fromEntries(kept) as Fields;
}
