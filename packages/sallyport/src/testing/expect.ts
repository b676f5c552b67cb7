/** Fails unless two values are the same JSON. What is undefined is as good as absent. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [canonical(actual), canonical(expected)];
  if (got !== wanted) throw new Error(`${what}:\n  expected ${wanted}\n  got      ${got}`);
}

/** Fails unless a fact holds. */
export function expectTrue(fact: boolean, what: string): asserts fact {
  if (!fact) throw new Error(what);
}

/** Fails unless a promise is rejected with this kind of error. */
export async function expectRejection(
  promise: Promise<unknown> | undefined,
  // Any class of errors, however it is made.
  kind: abstract new (...given: never[]) => Error,
): Promise<void> {
  const thrown = await Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof kind)) throw new Error(`expected ${kind.name}, got ${thrown}`);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => sorted(inner)) ?? "nothing";
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
