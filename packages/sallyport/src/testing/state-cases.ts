import {
  type Contract,
  type ContractCase,
  callsAtBegin,
  expectFailure,
  type Outcome,
  type Rehearsal,
} from "./contract.ts";

/** The state, whichever way it travels: wrong, missing or reused it lets nobody in, and asks nobody. */
export function stateCases({ fixture, start }: Contract): readonly ContractCase[] {
  const { callback } = fixture;
  const refused = (
    what: string,
    code: string,
    comeBack: (rehearsal: Rehearsal) => Promise<Outcome>,
    calls = callsAtBegin(fixture),
  ): ContractCase => ({
    name: `refuses ${what} before it asks anything`,
    async run() {
      const rehearsal = start({ calls });
      await rehearsal.leave();
      expectFailure(await comeBack(rehearsal), { code, stage: "state" });
      rehearsal.verify();
    },
  });
  return [
    refused("a callback without a state", "state_missing", (rehearsal) =>
      rehearsal.comeBack({ ...callback, state: undefined, redirect_state: undefined }),
    ),
    refused("a callback with another state", "state_unknown", (rehearsal) =>
      rehearsal.comeBack({ ...callback, ...stateOf(rehearsal, "another-state") }),
    ),
    refused("a callback in another browser", "state_unknown", (rehearsal) => {
      rehearsal.forgetCookies();
      return rehearsal.comeBack();
    }),
    refused(
      "a callback that was used",
      "state_used",
      async (rehearsal) => {
        rehearsal.freezeCookies();
        await rehearsal.comeBack();
        return rehearsal.comeBack();
      },
      fixture.calls,
    ),
  ];
}

// Where the state travels: in the protocol's parameter, or in our own address.
function stateOf({ known }: Rehearsal, state: string): Readonly<Record<string, string>> {
  const own = new URL(known.get("redirect_uri") ?? "").searchParams.has("redirect_state");
  return own ? { redirect_state: state } : { state };
}
