import { fromTime } from "../../sql/dialect.ts";
import type { SqlRow } from "../../storage.ts";
import { columnsOf } from "../columns.ts";
import { pageSize, rowsWith } from "../many-rows.ts";
import type { OneConnection } from "../one-connection.ts";

// What Django's database says: by column names of Django's own users and of social-app-django.
// https://docs.djangoproject.com/en/stable/ref/contrib/auth/#fields
// https://github.com/python-social-auth/social-app-django/blob/master/social_django/models.py

/** A key at Django: a number, or a text such as a UUID. */
export type DjangoId = number | string;

/** A user at Django. Passwords are never read. */
export interface DjangoUser {
  readonly id: DjangoId;
  /** Empty where there is no such column. */
  readonly username: string;
  readonly email: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly isActive: boolean;
  /** Which of Django's two kinds of administrators, if any. */
  readonly administers: "superuser" | "staff" | undefined;
  readonly joinedAt: Date | undefined;
  readonly lastLoginAt: Date | null;
}

/** A row of `social_auth_usersocialauth`. */
export interface DjangoAccount {
  readonly userId: DjangoId;
  readonly provider: string;
  readonly uid: string;
  /** As the driver gives it: text, or what was read from it. */
  readonly extraData: unknown;
  /** Undefined in versions of social-app-django before 4. */
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
}

/** A table at Django, to be read page by page in the order of its ids. */
export interface DjangoTable<Row> {
  total(): Promise<number>;
  pages(): AsyncGenerator<readonly Row[]>;
}

/** The users of Django. */
export interface DjangoUsers extends DjangoTable<DjangoUser> {
  /** 0 where ids are no numbers. */
  highestId(): Promise<number>;
}

/** The users. @throws where there is no such table, or one without an `id`. */
export async function djangoUsers(django: OneConnection, table: string): Promise<DjangoUsers> {
  const columns = await knownColumns(django, table, userColumns);
  return {
    ...tableOf(django, table, columns, toUser),
    async highestId() {
      const text = `select id from ${quoted(django, table)} order by id desc limit 1`;
      const id = toId((await django.sql.all(text, []))[0]?.id);
      return typeof id === "number" ? id : 0;
    },
  };
}

/** The accounts of python-social-auth, and those of some users. */
export interface DjangoAccounts extends DjangoTable<DjangoAccount> {
  of(users: readonly DjangoUser[]): Promise<readonly DjangoAccount[]>;
  /** How many belong to a user who is not in the table of users. */
  orphans(userTable: string): Promise<number>;
}

/** The accounts. @throws where there is no such table. */
export async function djangoAccounts(django: OneConnection): Promise<DjangoAccounts> {
  const columns = await knownColumns(django, accountTable, accountColumns);
  return {
    ...tableOf(django, accountTable, columns, toAccount),
    async of(users) {
      const text = `select ${columns.join(", ")} from ${accountTable} where user_id`;
      const rows = await rowsWith(
        django.sql,
        text,
        users.map(({ id }) => id),
      );
      return rows.toSorted((one, other) => Number(one.id) - Number(other.id)).map(toAccount);
    },
    async orphans(userTable) {
      const [row] = await django.sql.all(
        `select count(*) as total from ${accountTable} as accounts where not exists
           (select 1 from ${quoted(django, userTable)} as people where people.id = accounts.user_id)`,
        [],
      );
      return Number(row?.total);
    },
  };
}

const accountTable = "social_auth_usersocialauth";
const accountColumns = ["id", "user_id", "provider", "uid", "extra_data", "created", "modified"];
const userColumns = ["id", "username", "email", "first_name", "last_name"].concat([
  "is_active",
  "is_staff",
  "is_superuser",
  "date_joined",
  "last_login",
]);

async function knownColumns(
  django: OneConnection,
  table: string,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const columns = await columnsOf(django, table);
  if (columns.size === 0) throw new Error(`Django's database has no table ${table}`);
  if (!columns.has("id")) throw new Error(`Django's table ${table} has no column id`);
  return wanted.filter((name) => columns.has(name));
}

function tableOf<Row>(
  django: OneConnection,
  table: string,
  columns: readonly string[],
  toRow: (row: SqlRow) => Row,
): DjangoTable<Row> {
  const { sql } = django;
  const from = `from ${quoted(django, table)}`;
  return {
    async total() {
      const [row] = await sql.all(`select count(*) as total ${from}`, []);
      return Number(row?.total);
    },
    async *pages() {
      const select = (where: string) =>
        `select ${columns.join(", ")} ${from} ${where} order by id limit ${pageSize}`;
      let rows = await sql.all(select(""), []);
      while (rows.length > 0) {
        yield rows.map(toRow);
        if (rows.length < pageSize) return;
        rows = await sql.all(select("where id > ?"), [toId(rows.at(-1)?.id)]);
      }
    },
  };
}

function quoted({ dialect }: OneConnection, name: string): string {
  return dialect.name === "mysql" ? `\`${name}\`` : `"${name}"`;
}

function toUser(row: SqlRow): DjangoUser {
  return {
    id: toId(row.id),
    username: String(row.username ?? ""),
    email: row.email ? String(row.email) : null,
    firstName: String(row.first_name ?? ""),
    lastName: String(row.last_name ?? ""),
    isActive: Boolean(row.is_active ?? true),
    administers: row.is_superuser ? "superuser" : row.is_staff ? "staff" : undefined,
    joinedAt: toTime(row.date_joined),
    lastLoginAt: toTime(row.last_login) ?? null,
  };
}

function toAccount(row: SqlRow): DjangoAccount {
  return {
    userId: toId(row.user_id),
    provider: String(row.provider),
    uid: String(row.uid),
    extraData: row.extra_data,
    createdAt: toTime(row.created),
    updatedAt: toTime(row.modified),
  };
}

// PostgreSQL's driver gives a bigint as text.
function toId(value: unknown): DjangoId {
  const number = Number(value);
  return Number.isSafeInteger(number) && String(number) === String(value) ? number : String(value);
}

function toTime(value: unknown): Date | undefined {
  return value === null || value === undefined ? undefined : fromTime(value);
}
