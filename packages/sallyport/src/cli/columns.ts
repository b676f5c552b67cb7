import type { Dialect } from "../sql/dialect.ts";
import type { OneConnection } from "./one-connection.ts";

/** A table's columns, each with its type in the database's words; none where there is no such table. */
export async function columnsOf(
  { dialect, sql }: OneConnection,
  table: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.all(queries[dialect.name], [table]);
  return new Map(rows.map(({ name, type }) => [String(name), String(type).toLowerCase()]));
}

const inSchema = (schema: string) =>
  `select column_name as name, data_type as type from information_schema.columns
   where table_schema = ${schema} and table_name = ? order by ordinal_position`;

const queries: Readonly<Record<Dialect["name"], string>> = {
  sqlite: "select name, type from pragma_table_info(?)",
  postgres: inSchema("any (current_schemas(false))"),
  mysql: inSchema("database()"),
};
