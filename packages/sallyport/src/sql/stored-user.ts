import type { User, UserId } from "../storage.ts";
import type { StoredUser, UserIds } from "../user-store.ts";
import { fromTime } from "./dialect.ts";

/** An id as our tables have it. @throws where it is not what the store says. */
export function toUserId(id: unknown, ids: UserIds = "integer"): UserId {
  if (ids === "text") return String(id);
  const number = Number(id);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`the id of a user is ${String(id)}, no integer: give the store ids: "text"`);
}

/** A user complete, and nothing besides. */
export function toUser(stored: StoredUser, ids: UserIds | undefined): User {
  const time = (value: unknown) => (value ? fromTime(value) : undefined);
  const createdAt = time(stored.createdAt) ?? unknown;
  return {
    id: toUserId(stored.id, ids),
    username: stored.username ?? "",
    email: stored.email ?? null,
    emailVerified: Boolean(stored.emailVerified),
    firstName: stored.firstName ?? "",
    lastName: stored.lastName ?? "",
    fullName: stored.fullName ?? "",
    isActive: Boolean(stored.isActive ?? true),
    isAdmin: Boolean(stored.isAdmin),
    creator: stored.creator ?? "",
    createdAt,
    updatedAt: time(stored.updatedAt) ?? createdAt,
    lastLoginAt: time(stored.lastLoginAt) ?? null,
  };
}

// Nobody has asked for it yet where there is no column for it.
const unknown = new Date(0);
