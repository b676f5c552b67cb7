import type { Associations, Storage, Tables, Used, Users } from "./storage.ts";

/**
 * The storage as a tenant's logins see it, so that no step has to think of tenants. An account
 * of another tenant is not there, whatever provider and uid it has, and neither is the address
 * of a user without an account of this one. Users by id and by username are everybody's: an
 * application's step may give a user accounts of several tenants, and a username is unique.
 *
 * Every member is named, so that one which the contract gains does not pass unseen.
 */
export function storageOfTenant(storage: Storage, tenant: string): Storage {
  return {
    ...tablesOfTenant(storage, tenant),
    transaction: (work) => storage.transaction((tables) => work(tablesOfTenant(tables, tenant))),
    migrate: () => storage.migrate(),
    pendingMigrations: () => storage.pendingMigrations(),
    ping: () => storage.ping(),
    close: () => storage.close(),
  };
}

function tablesOfTenant(tables: Tables, tenant: string): Tables {
  const associations = associationsOfTenant(tables.associations, tenant);
  return {
    associations,
    users: usersOfTenant(tables.users, associations, tenant),
    used: usedByTenant(tables.used, tenant),
    // Whoever finds one of these compares the tenant that it names.
    sessions: tables.sessions,
    paused: tables.paused,
    // A client, a user and a mailbox are the same at every tenant.
    limits: tables.limits,
    lock: (key) => tables.lock(key),
    sql: tables.sql,
  };
}

function associationsOfTenant(all: Associations, tenant: string): Associations {
  return {
    async find(provider, uid) {
      const found = await all.find(provider, uidOf(tenant, uid));
      return found?.tenant === tenant ? found : undefined;
    },
    async get(id) {
      const found = await all.get(id);
      return found?.tenant === tenant ? found : undefined;
    },
    ofUser: async (userId) =>
      (await all.ofUser(userId)).filter((association) => association.tenant === tenant),
    add: (association, now) =>
      all.add({ ...association, uid: uidOf(tenant, association.uid), tenant }, now),
    setExtraData: (id, extraData, now) => all.setExtraData(id, extraData, now),
    remove: (id) => all.remove(id),
    lease: (id, until, now) => all.lease(id, until, now),
    release: (id, until) => all.release(id, until),
  };
}

// The key of the table is (provider, uid), and two tenants' providers may both call somebody
// 1. No tenant's name has a colon in it, so no two uids become the same.
function uidOf(tenant: string, uid: string): string {
  return `${tenant}:${uid}`;
}

function usersOfTenant(all: Users, associations: Associations, tenant: string): Users {
  return {
    async findByEmail(email) {
      const found = await all.findByEmail(email);
      const accounts = await Promise.all(found.map(({ id }) => associations.ofUser(id)));
      return found.filter((_, at) => accounts[at]?.length);
    },
    find: (id) => all.find(id),
    findByUsername: (username) => all.findByUsername(username),
    add({ account, ...user }, now) {
      const own = account && { ...account, uid: uidOf(tenant, account.uid) };
      return all.add({ ...user, account: own }, now);
    },
    update: (id, changes, now) => all.update(id, changes, now),
    remove: (id) => all.remove(id),
  };
}

/** No tenant's provider can use up a nonce that another's is about to send. */
function usedByTenant(all: Used, tenant: string): Used {
  return { add: (key, expiresAt, now) => all.add(`${tenant}: ${key}`, expiresAt, now) };
}
