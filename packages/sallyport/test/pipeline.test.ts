import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthError } from "../src/errors.ts";
import { type Pipeline, runPhase } from "../src/pipeline.ts";
import { type AnyStep, after, before, type Capabilities, refuse, within } from "../src/step.ts";
import { Conflict, StorageUnavailable } from "../src/storage.ts";

// The runner hands on what steps may do and looks at none of it.
const may = {} as Capabilities["within"];

/** Steps whose order is what the test is about, so that no type checks it. */
const unchecked = (...steps: readonly AnyStep[]) => steps as unknown as Pipeline;

const run = (...steps: readonly AnyStep[]) => runPhase(unchecked(...steps), "within", {}, may);

test("steps run in order, one after the other", async () => {
  const ran: string[] = [];
  const step = (name: string) =>
    within(name, async () => {
      ran.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      ran.push(`${name} ends`);
      return {};
    });
  await run(step("one"), step("two"));
  assert.deepEqual(ran, ["one begins", "one ends", "two begins", "two ends"]);
});

test("later steps find what earlier ones gave, and may replace it", async () => {
  const facts = await run(
    within("one", () => ({ colour: "red", size: 1 })),
    within("two", ({ colour }: { readonly colour: string }) => ({ colour: `dark ${colour}` })),
    within("three", () => ({})),
  );
  assert.deepEqual(facts, { kind: "done", facts: { colour: "dark red", size: 1 } });
});

test("the facts that a phase begins with are not changed", async () => {
  const start = Object.freeze({ colour: "red" });
  const steps = unchecked(within("one", () => ({ colour: "blue" })));
  const end = await runPhase(steps, "within", start, may);
  assert.deepEqual(end, { kind: "done", facts: { colour: "blue" } });
  assert.deepEqual(start, { colour: "red" });
});

test("each phase runs its own steps only", async () => {
  const ran: string[] = [];
  const note = (name: string) => () => {
    ran.push(name);
    return {};
  };
  const steps = unchecked(
    before("one", note("before")),
    within("two", note("within")),
    after("three", note("after")),
  );
  for (const phase of ["after", "before", "within"] as const) {
    // The runner hands on what steps may do and looks at none of it.
    await runPhase(steps, phase, {}, {} as never);
  }
  assert.deepEqual(ran, ["after", "before", "within"]);
});

test("a refusal ends the phase", async () => {
  let reached = false;
  const outcome = await run(
    within("no", () => refuse("account_not_allowed", { message: "not on the list" })),
    within("next", () => {
      reached = true;
      return {};
    }),
  );
  assert.ok(outcome.kind === "refused");
  assert.deepEqual(
    [outcome.error.code, outcome.error.stage, outcome.error.status, outcome.error.message],
    ["account_not_allowed", "pipeline", 403, "not on the list"],
  );
  assert.equal(reached, false);
});

test("a refusal may bring words, a status and facts of its own", () => {
  const explanation = { sentence: "No member.", nextStep: "Become one." };
  const { error } = refuse("no_member", { explanation, status: 451, detail: { removed: [1] } });
  assert.deepEqual(
    [error.code, error.status, error.explanation, error.detail],
    ["no_member", 451, explanation, { removed: [1] }],
  );
  assert.equal(refuse("no_member", { explanation }).error.status, 403);
});

for (const kept of [
  new AuthError("account_not_allowed", { stage: "pipeline" }),
  new Conflict("lost"),
  new StorageUnavailable("gone"),
]) {
  test(`a step's ${kept.name} is thrown on as it is`, async () => {
    const thrown = run(
      within("fall", () => {
        throw kept;
      }),
    );
    await assert.rejects(thrown, (error) => error === kept);
  });
}

for (const [thrown, words] of [
  [new TypeError("x is undefined"), "x is undefined"],
  ["a text", "not an Error"],
  [undefined, "not an Error"],
] as const) {
  test(`a step's ${thrown} is a fault of the application, and names the step`, async () => {
    const failing = run(
      within("send-invoice", async () => {
        throw thrown;
      }),
    );
    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof AuthError);
      assert.deepEqual(
        [error.code, error.stage, error.status],
        ["application_fault", "pipeline", 500],
      );
      assert.equal(error.message, `step "send-invoice" failed: ${words}`);
      assert.equal(error.cause, thrown);
      return true;
    });
  });
}
