import type { Database } from "better-sqlite3";
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserStore } from "sallyport";

/** The application's own users. */
export const members = sqliteTable("members", {
  id: text()
    .primaryKey()
    .$defaultFn(() => crypto.randomUUID()),
  username: text().notNull().unique(),
  email: text(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull(),
  fullName: text("full_name").notNull(),
  isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
  lastLoginAt: integer("last_login_at", { mode: "timestamp_ms" }),
});

/** They join every transaction of `sqliteStorage("app.db", { users })`. */
export const users: UserStore<Database> = {
  ids: "text",
  find: (id, db) => of(db).select().from(members).where(hasId(id)).get(),
  findByEmail: (email, db) =>
    of(db)
      .select()
      .from(members)
      .where(eq(sql`lower(${members.email})`, email))
      .all(),
  findByUsername: (username, db) =>
    of(db)
      .select()
      .from(members)
      .where(eq(sql`lower(${members.username})`, username.toLowerCase()))
      .get(),
  add: ({ username, email, emailVerified = false, fullName = "" }, db) =>
    of(db).insert(members).values({ username, email, emailVerified, fullName }).returning().get(),
  update: (id, { email, emailVerified, fullName, lastLoginAt }, db) =>
    of(db)
      .update(members)
      // A value that is undefined stays as it is; Drizzle wants one at least that is not.
      .set({ id: String(id), email, emailVerified, fullName, lastLoginAt })
      .where(hasId(id))
      .run(),
  remove: (id, db) => of(db).delete(members).where(hasId(id)).run(),
};

const of = (db: Database) => drizzle(db);
const hasId = (id: number | string) => eq(members.id, String(id));
