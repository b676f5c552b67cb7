import type { DetachedUserStore, UserIds, UserStore } from "../user-store.ts";
import { UsageError } from "./failure.ts";

const kinds: readonly UserIds[] = ["integer", "text"];

/**
 * An application's own users as the tables know them, by what kind their ids are of. Migrations
 * ask for nobody.
 *
 * @throws {@link UsageError} where the kind is none.
 */
export function ownUsersOf(
  kind: string | undefined,
  detached: boolean,
): UserStore<never> | DetachedUserStore | undefined {
  if (kind === undefined) {
    if (detached) throw new UsageError("--detached goes with --own-users");
    return undefined;
  }
  const ids = kinds.find((known) => known === kind);
  if (!ids) throw new UsageError("--own-users takes what their ids are: integer or text");
  const store = { ids, find: nobody, findByEmail: nobody, add: nobody, update: nobody };
  return detached
    ? { ...store, transactional: false, findByKey: nobody, remove: nobody }
    : { ...store, remove: nobody };
}

async function nobody(): Promise<never> {
  throw new Error("no users are asked for here");
}
