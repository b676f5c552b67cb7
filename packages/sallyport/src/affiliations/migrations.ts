import type { MigrationSet } from "../sql/migrations.ts";

/** Members, who belongs to them, and what changed: give them to the storage's `migrations`. */
export const affiliationMigrations: MigrationSet = {
  name: "affiliations",
  ofUser: ["affiliations"],
  migrations: {
    "001-customers-and-affiliations": (type, user) => [
      `create table customers (
        id ${type.id},
        asn ${type.bigint} not null,
        name ${type.text} not null,
        type ${type.text} not null,
        status ${type.text} not null,
        left_at ${type.time},
        peeringdb_oauth ${type.boolean} not null,
        joined_at ${type.time}
      )`,
      "create index customers_asn on customers (asn)",
      `create table affiliations (
        id ${type.id},
        user_id ${user.id} not null,
        customer_id ${type.reference} not null,
        privs ${type.integer} not null,
        perms ${type.integer},
        manage_peering_sessions ${type.integer},
        created_by ${type.text} not null,
        created_at ${type.time} not null,
        unique (user_id, customer_id)${user.cascade},
        foreign key (customer_id) references customers (id) on delete cascade
      )`,
      "create index affiliations_customer_id on affiliations (customer_id)",
      // No reference to users: what happened stays when the user is gone.
      `create table audit_log (
        id ${type.id},
        at ${type.time} not null,
        actor ${type.text} not null,
        action ${type.text} not null,
        subject ${type.key} not null,
        detail ${type.json} not null
      )`,
      "create index audit_log_subject on audit_log (subject, at)",
    ],
  },
};
