import type { NewUser, SessionRecord, User } from "../../index.ts";

/** When everything happens. */
export const now = new Date("2026-11-20T12:00:00.123Z");
export const later = new Date("2026-11-20T13:00:00.456Z");

export const ada: NewUser = { username: "ada", creator: "test" };
export const ben: NewUser = { username: "ben", creator: "test" };

/** A session of this user's, from {@link now} to {@link later}. */
export function sessionOf(user: User, idHash = "hash"): SessionRecord {
  return {
    idHash,
    userId: user.id,
    createdAt: now,
    expiresAt: later,
    lastSeenAt: now,
    authenticatedAt: now,
    backend: "example",
    tenant: null,
    associationId: null,
    amr: ["pwd", "mfa"],
    userAgent: "Mozilla/5.0 (é)",
  };
}
