import Database from "better-sqlite3";

/** What a login leaves behind. */
export interface Login {
  readonly uid: string;
  readonly username: string;
  readonly fullName: string;
  readonly email: string;
  readonly extraData: string;
  readonly sessionHash: string;
}

/** The writes of a login. */
export interface FloorTables {
  /** False where the state was used before. */
  useState(keyHash: string, expiresAt: string): boolean;
  /** User, account and session, in one transaction. */
  write(login: Login, now: Date): void;
}

const sessionLifetime = 7 * 24 * 3600 * 1000;

/** The library's tables with the library's keys, written with as few statements as will do. */
export function floorTables(file: string): FloorTables {
  const db = new Database(file);
  db.pragma("journal_mode = wal");
  db.pragma("synchronous = normal");
  db.pragma("foreign_keys = on");
  db.exec(schema);

  const insertUsed = db.prepare("insert or ignore into social_used values (?, ?)");
  const findAccount = db.prepare<[string], { id: number; user_id: number; is_active: number }>(
    `select social_auth.id, user_id, is_active from social_auth join users on users.id = user_id
     where provider = 'bench' and uid = ?`,
  );
  const insertUser = db.prepare(
    `insert into users (username, username_key, email, email_key, email_verified, first_name,
       last_name, full_name, is_active, is_admin, creator, created_at, updated_at, last_login_at)
     values (?, ?, ?, ?, 1, '', '', ?, 1, 0, 'bench', ?, ?, ?)`,
  );
  const updateUser = db.prepare(
    "update users set full_name = ?, updated_at = ?, last_login_at = ? where id = ?",
  );
  const insertAccount = db.prepare(
    `insert into social_auth (user_id, provider, uid, extra_data, created_at, updated_at)
     values (?, 'bench', ?, ?, ?, ?)`,
  );
  const updateAccount = db.prepare(
    "update social_auth set extra_data = ?, updated_at = ? where id = ?",
  );
  const insertSession = db.prepare(
    `insert into sessions (id_hash, user_id, created_at, expires_at, last_seen_at,
       authenticated_at, backend) values (?, ?, ?, ?, ?, ?, 'bench')`,
  );

  const write = db.transaction((login: Login, now: Date) => {
    const at = now.toISOString();
    const account = findAccount.get(login.uid);
    if (account?.is_active === 0) throw new Error("this user is disabled");
    let userId: number | bigint;
    if (account) {
      userId = account.user_id;
      updateUser.run(login.fullName, at, at, userId);
      updateAccount.run(login.extraData, at, account.id);
    } else {
      const { username, email, fullName } = login;
      const [nameKey, emailKey] = [username.toLowerCase(), email.toLowerCase()];
      const added = insertUser.run(username, nameKey, email, emailKey, fullName, at, at, at);
      userId = added.lastInsertRowid;
      insertAccount.run(userId, login.uid, login.extraData, at, at);
    }
    const ends = new Date(now.getTime() + sessionLifetime).toISOString();
    insertSession.run(login.sessionHash, userId, at, ends, at, at);
  });

  return {
    useState: (keyHash, expiresAt) => insertUsed.run(keyHash, expiresAt).changes === 1,
    write: (login, now) => write.immediate(login, now),
  };
}

const schema = `
  create table users (
    id integer primary key autoincrement,
    username text not null,
    username_key text not null unique,
    email text,
    email_key text,
    email_verified integer not null,
    first_name text not null,
    last_name text not null,
    full_name text not null,
    is_active integer not null,
    is_admin integer not null,
    creator text not null,
    created_at text not null,
    updated_at text not null,
    last_login_at text
  );
  create index users_email_key on users (email_key);
  create table social_auth (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    provider text not null,
    uid text not null check (uid <> ''),
    extra_data text not null,
    created_at text not null,
    updated_at text not null,
    unique (provider, uid)
  );
  create index social_auth_user_id on social_auth (user_id);
  create table sessions (
    id_hash text primary key,
    user_id integer not null references users (id) on delete cascade,
    created_at text not null,
    expires_at text not null,
    last_seen_at text not null,
    authenticated_at text not null,
    backend text not null,
    amr text
  );
  create index sessions_user_id on sessions (user_id);
  create index sessions_expires_at on sessions (expires_at);
  create table social_used (
    key_hash text primary key,
    expires_at text not null
  );
  create index social_used_expires_at on social_used (expires_at);
`;
