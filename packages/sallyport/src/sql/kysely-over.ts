import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type Dialect as KyselyDialect,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Query } from "./connection.ts";
import type { Dialect } from "./dialect.ts";

/** Kysely over one connection of ours. */
export function kyselyOver(dialect: Dialect, query: Query): Kysely<unknown> {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery) {
      const { rows, changes, id } = await query(sql, parameters);
      return {
        // The type is the caller's word for its own query.
        rows: rows as readonly unknown[] as Row[],
        numAffectedRows: BigInt(changes),
        ...(id !== undefined && { insertId: BigInt(id) }),
      };
    },
    streamQuery() {
      throw new Error("migrations stream nothing");
    },
  };
  const say = (text: string) => async (to: DatabaseConnection) => {
    await to.executeQuery(CompiledQuery.raw(text));
  };
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: say("begin"),
    commitTransaction: say("commit"),
    rollbackTransaction: say("rollback"),
    releaseConnection: async () => {},
    destroy: async () => {},
  };
  return new Kysely({ dialect: { ...kinds[dialect.name], createDriver: () => driver } });
}

const kinds: Readonly<Record<Dialect["name"], Omit<KyselyDialect, "createDriver">>> = {
  sqlite: {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
  postgres: {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  mysql: {
    createAdapter: () => new MysqlAdapter(),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  },
};
