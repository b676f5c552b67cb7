/** Makes a call, or does not. */
export type Through = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * Runs the work of a transaction, and makes it fail where one of its calls did: a server has
 * undone what came before, and a commit would keep half or nothing. What the work still
 * calls after its end fails too, since the connection is somebody else's by then.
 */
export async function allOrNothing<T>(work: (through: Through) => Promise<T>): Promise<T> {
  let over: { readonly error: unknown } | undefined;
  const through: Through = async (call) => {
    if (over) throw over.error;
    try {
      return await call();
    } catch (error) {
      over ??= { error };
      throw error;
    }
  };
  try {
    const result = await work(through);
    if (over) throw over.error;
    return result;
  } finally {
    over ??= { error: new Error("the transaction has ended") };
  }
}
