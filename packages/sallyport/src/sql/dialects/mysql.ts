import { type Dialect, factOf, fromTime, isNetworkFault, type Meaning } from "../dialect.ts";

// Each reads only its own comment. utf8mb4_bin would do for neither: to it "a " is "a".
const binary =
  "character set utf8mb4 /*!80017 collate utf8mb4_0900_bin */ /*M!100202 collate utf8mb4_nopad_bin */";

const skipLocked = "/*!80001 for update skip locked */ /*M!100600 for update skip locked */";

/** MySQL 8.0.17 and newer, and MariaDB 10.5 and newer. Times are in UTC, whatever the server's zone. */
export const mysqlDialect: Dialect = {
  name: "mysql",
  types: {
    id: "bigint auto_increment primary key",
    reference: "bigint",
    integer: "integer",
    bigint: "bigint",
    boolean: "boolean",
    text: `text ${binary}`,
    longText: `longtext ${binary}`,
    key: `varchar(255) ${binary}`,
    json: "json",
    time: "datetime(3)",
  },
  toDriver(value) {
    if (value instanceof Date) return value.toISOString().slice(0, -1).replace("T", " ");
    return typeof value === "boolean" ? Number(value) : value;
  },
  toStatement: (text) => text,
  givingId: (insert) => insert,
  unlessTaken: (insert) => insert.replace(/^\s*insert\b/i, "insert ignore"),
  // `limit` stands in no IN here. MariaDB 10.5 cannot skip, and waits.
  deleteExpired: ({ table, key, most }) =>
    `delete ${table} from ${table} join (
      select ${key} from ${table} where expires_at < ?
      order by expires_at limit ${most} ${skipLocked}
    ) as expired on expired.${key} = ${table}.${key}`,
  // https://dev.mysql.com/doc/refman/8.4/en/information-functions.html#function_last-insert-id
  counting: (insert) => `${insert} on duplicate key update count = last_insert_id(count + 1)`,
  begin: ["set transaction isolation level read committed", "start transaction"],
  // A row of its own, since GET_LOCK would outlive the transaction. It is cleared away in time.
  lock: `insert into social_used (key_hash, expires_at)
    values (concat('lock ', sha2(?, 256)), utc_timestamp(3) + interval 1 day)
    on duplicate key update expires_at = utc_timestamp(3) + interval 1 day`,
  forUpdate: "for update",
  giveUpSoon: "set lock_wait_timeout = 1",
  asUsual: "set lock_wait_timeout = default",
  trial: {
    query: "select @@session.sql_mode as mode, timestamp'2026-01-01 00:00:00' as at",
    complaint({ mode, at }) {
      // It would cut what is too long, and two accounts could become one.
      if (!/STRICT_(TRANS|ALL)_TABLES/.test(String(mode))) {
        return "the server's sql_mode must have STRICT_TRANS_TABLES";
      }
      if (fromTime(at).getTime() !== Date.UTC(2026, 0)) return 'the driver\'s timezone must be "Z"';
      return undefined;
    },
  },
  meaningOf(error) {
    const number = factOf(error, "errno");
    if (typeof number === "number" && meanings[number]) return meanings[number];
    const lost = isNetworkFault(error) || /^PROTOCOL_|^POOL_/.test(String(factOf(error, "code")));
    return lost || factOf(error, "fatal") === true ? "unavailable" : undefined;
  },
};

// https://mariadb.com/docs/server/reference/error-codes
const meanings: Readonly<Record<number, Meaning>> = {
  1020: "conflict", // the record has changed since it was read
  1062: "conflict", // unique key
  1205: "conflict", // waited too long for a lock
  1213: "conflict", // deadlock
  1452: "conflict", // foreign key
  1050: "exists", // table
  1060: "exists", // column
  1061: "exists", // index
  1021: "unavailable", // disk full
  1040: "unavailable", // too many connections
  1053: "unavailable", // shutting down
  1114: "unavailable", // table full
  1203: "unavailable", // too many connections of this user
  1290: "unavailable", // read only
  1317: "unavailable", // interrupted
  1836: "unavailable", // read only
  1927: "unavailable", // connection killed
};
