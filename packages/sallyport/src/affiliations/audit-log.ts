import type { JsonObject } from "../identity.ts";
import { fromJson, fromTime } from "../sql/dialect.ts";
import type { Sql, UserId } from "../storage.ts";

/** A line of the audit log. */
export interface AuditEntry {
  readonly at: Date;
  /** Who did it: a provider's name, a command, a user. */
  readonly actor: string;
  /** What was done, for example `affiliation.removed`. */
  readonly action: string;
  /** To whom, for example `user:12`. */
  readonly subject: string;
  readonly detail: JsonObject;
}

/** The subject of what happens to a user. */
export function userSubject(userId: UserId): string {
  return `user:${userId}`;
}

/** Writes a line, as part of the transaction that it tells about. */
export async function writeAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  await sql.insert(
    "insert into audit_log (at, actor, action, subject, detail) values (?, ?, ?, ?, ?)",
    [entry.at, entry.actor, entry.action, entry.subject, JSON.stringify(entry.detail)],
  );
}

/** What was written about a subject at one instant, or since it; oldest first. */
export async function readAudit(
  sql: Sql,
  subject: string,
  when: { readonly at: Date } | { readonly since: Date },
): Promise<readonly AuditEntry[]> {
  const [comparison, time] = "at" in when ? ["=", when.at] : [">=", when.since];
  const rows = await sql.all(
    `select at, actor, action, subject, detail from audit_log where subject = ? and at ${comparison} ? order by id`,
    [subject, time],
  );
  return rows.map((row) => ({
    at: fromTime(row.at),
    actor: String(row.actor),
    action: String(row.action),
    subject: String(row.subject),
    // We wrote it ourselves.
    detail: fromJson(row.detail) as JsonObject,
  }));
}
