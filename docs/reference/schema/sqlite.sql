CREATE TABLE affiliations (
  id integer primary key autoincrement,
  user_id integer not null,
  customer_id integer not null,
  privs integer not null,
  perms integer,
  manage_peering_sessions integer,
  created_by text not null,
  created_at text not null,
  unique (user_id, customer_id),
  foreign key (user_id) references users (id) on delete cascade,
  foreign key (customer_id) references customers (id) on delete cascade
);

CREATE INDEX affiliations_customer_id on affiliations (customer_id);

CREATE TABLE audit_log (
  id integer primary key autoincrement,
  at text not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail text not null
);

CREATE INDEX audit_log_subject on audit_log (subject, at);

CREATE TABLE customers (
  id integer primary key autoincrement,
  asn integer not null,
  name text not null,
  type text not null,
  status text not null,
  left_at text,
  peeringdb_oauth integer not null,
  joined_at text
);

CREATE INDEX customers_asn on customers (asn);

CREATE TABLE "sallyport_affiliations_migrations" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);

CREATE TABLE "sallyport_affiliations_migrations_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);

CREATE TABLE "sallyport_core_migrations" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);

CREATE TABLE "sallyport_core_migrations_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);

CREATE TABLE sessions (
  id_hash text primary key,
  user_id integer not null,
  created_at text not null,
  expires_at text not null,
  last_seen_at text not null,
  authenticated_at text not null,
  backend text not null,
  amr text, association_id integer, tenant text, user_agent text,
  foreign key (user_id) references users (id) on delete cascade
);

CREATE INDEX sessions_association_id on sessions (association_id);

CREATE INDEX sessions_expires_at on sessions (expires_at);

CREATE INDEX sessions_user_id on sessions (user_id);

CREATE TABLE social_auth (
  id integer primary key autoincrement,
  user_id integer not null,
  provider text not null,
  uid text not null check (uid <> ''),
  extra_data text not null,
  created_at text not null,
  updated_at text not null, leased_until text, tenant text,
  unique (provider, uid),
  foreign key (user_id) references users (id) on delete cascade
);

CREATE INDEX social_auth_user_id on social_auth (user_id);

CREATE TABLE social_limits (
  key_hash text primary key,
  count integer not null,
  expires_at text not null
);

CREATE INDEX social_limits_expires_at on social_limits (expires_at);

CREATE TABLE social_partial (
  id_hash text primary key,
  data text not null,
  expires_at text not null
);

CREATE INDEX social_partial_expires_at on social_partial (expires_at);

CREATE TABLE social_used (
  key_hash text primary key,
  expires_at text not null
);

CREATE INDEX social_used_expires_at on social_used (expires_at);

CREATE TABLE users (
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

CREATE INDEX users_email_key on users (email_key);
