import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { sqliteDialect } from "../sql/dialect.ts";
import { migrate } from "../sql/migrate.ts";
import { coreMigrations, type MigrationSet } from "../sql/migrations.ts";
import { sqlTables } from "../sql/tables.ts";
import {
  Conflict,
  type Sql,
  type SqlValue,
  type Storage,
  StorageUnavailable,
  type Tables,
} from "../storage.ts";

/** How {@link sqliteStorage} behaves. */
export interface SqliteOptions {
  /** Tables of modules that bring their own, such as `affiliationMigrations`. */
  readonly migrations?: readonly MigrationSet[] | undefined;
  /** Milliseconds to wait for another process's transaction. Default 5000. */
  readonly busyTimeout?: number | undefined;
}

/**
 * The embedded database: one file, better-sqlite3, write-ahead log. Several processes of
 * one machine may share the file. Tables are made and brought up to date at first use.
 *
 * One connection writes, its transactions in a queue; another reads beside it and sees
 * only what is committed.
 *
 * @param path a file, made if need be, or `:memory:`.
 */
export function sqliteStorage(path: string, options: SqliteOptions = {}): Storage {
  return new SqliteStorage(path, options);
}

class SqliteStorage implements Storage {
  readonly users: Storage["users"];
  readonly associations: Storage["associations"];
  readonly sessions: Storage["sessions"];
  readonly paused: Storage["paused"];
  readonly lock: Storage["lock"];
  readonly used: Storage["used"];
  readonly sql: Sql;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #busyTimeout: number;
  readonly #migrations: readonly MigrationSet[];
  readonly #inTransaction: Tables;
  #ready: Promise<void> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(path: string, { migrations = [], busyTimeout = 5000 }: SqliteOptions) {
    this.#writer = new Connection(path);
    // A second connection to a database in memory would be a second database.
    this.#reader = path === ":memory:" ? this.#writer : new Connection(path);
    this.#busyTimeout = busyTimeout;
    this.#migrations = [coreMigrations, ...migrations];
    this.#inTransaction = sqlTables(this.#writer);
    this.sql = {
      all: async (text, values) => {
        await this.migrate();
        return this.#reader === this.#writer
          ? this.#inTurn(() => this.#writer.all(text, values))
          : this.#reader.all(text, values);
      },
      run: (text, values) => this.#write(() => this.#writer.run(text, values)),
      insert: (text, values) => this.#write(() => this.#writer.insert(text, values)),
    };
    const tables = sqlTables(this.sql);
    this.users = tables.users;
    this.associations = tables.associations;
    this.sessions = tables.sessions;
    this.paused = tables.paused;
    this.used = tables.used;
    this.lock = tables.lock;
  }

  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    return this.#write(() => this.#allOrNothing(() => work(this.#inTransaction)));
  }

  migrate(): Promise<void> {
    this.#ready ??= this.#inTurn(() => this.#untilFree(() => this.#prepare())).catch(
      (error: unknown) => {
        this.#ready = undefined;
        throw error;
      },
    );
    return this.#ready;
  }

  async close(): Promise<void> {
    await this.#queue;
    this.#reader.close();
    this.#writer.close();
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    await this.migrate();
    return this.#inTurn(() => this.#untilFree(work));
  }

  /** One after another: SQLite has one writer, and our writer one transaction. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Tries again while another process holds the database, without blocking this one. */
  async #untilFree<T>(work: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + this.#busyTimeout;
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Busy) || performance.now() > giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * wait));
      }
    }
  }

  async #allOrNothing<T>(work: () => Promise<T>): Promise<T> {
    await this.#writer.run("begin immediate", []);
    try {
      const result = await work();
      await this.#writer.run("commit", []);
      return result;
    } catch (error) {
      this.#writer.rollBack();
      throw error;
    }
  }

  // Kysely takes no lock in SQLite and undoes nothing there, so the transaction is ours.
  async #prepare(): Promise<void> {
    this.#writer.keepWriteAheadLog();
    await this.#allOrNothing(() => this.#runMigrations());
  }

  #runMigrations(): Promise<void> {
    const db = new Kysely<unknown>({
      dialect: new SqliteDialect({ database: this.#writer.database }),
    });
    return migrate(db, sqliteDialect, this.#migrations).catch((error: unknown) => {
      throw toStorageError(error instanceof Error && error.cause ? error.cause : error);
    });
  }
}

/** Another connection holds the database. Nothing was done, so it may be tried again. */
class Busy extends StorageUnavailable {}

/** One connection, its statements prepared once each. */
class Connection implements Sql {
  readonly database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(path: string) {
    try {
      this.database = new Database(path);
      this.database.pragma("synchronous = normal");
      this.database.pragma("foreign_keys = on");
      // No more waiting inside SQLite: it would block every other request of this process.
      this.database.pragma("busy_timeout = 0");
    } catch (error) {
      // Among them a missing folder, which better-sqlite3 reports as a TypeError.
      const words = error instanceof Error ? error.message : String(error);
      throw new StorageUnavailable(`${path}: ${words}`, { cause: error });
    }
  }

  async all(text: string, values: readonly SqlValue[]) {
    return this.#attempt(
      () =>
        this.#prepare(text).all(...values.map(sqliteDialect.toDriver)) as Record<string, unknown>[],
    );
  }

  async run(text: string, values: readonly SqlValue[]) {
    return this.#attempt(
      () => this.#prepare(text).run(...values.map(sqliteDialect.toDriver)).changes,
    );
  }

  async insert(text: string, values: readonly SqlValue[]) {
    return this.#attempt(() =>
      Number(this.#prepare(text).run(...values.map(sqliteDialect.toDriver)).lastInsertRowid),
    );
  }

  /** Stays with the file. Needs it for a moment alone. */
  keepWriteAheadLog(): void {
    this.#attempt(() => this.database.pragma("journal_mode = wal"));
  }

  rollBack(): void {
    if (this.database.inTransaction) this.#prepare("rollback").run();
  }

  close(): void {
    this.database.close();
  }

  #prepare(text: string): Database.Statement {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toStorageError(error);
    }
  }
}

// SQLite's result codes: https://www.sqlite.org/rescode.html
function toStorageError(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code, message } = error;
  if (/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|FOREIGNKEY)/.test(code)) {
    return new Conflict(message, { cause: error });
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return new Busy(`${code}: ${message}`, { cause: error });
  if (/^SQLITE_(IOERR|FULL|READONLY|CANTOPEN|CORRUPT|NOTADB)/.test(code)) {
    return new StorageUnavailable(`${code}: ${message}`, { cause: error });
  }
  return error;
}
