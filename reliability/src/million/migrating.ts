import { postgresStorage } from "sallyport/storage/postgres";
import { sqliteStorage } from "sallyport/storage/sqlite";

// A process of a version to come, which migrates the database whose address it is sent. It
// answers with the milliseconds that this took.

// What our migrations do to tables that have rows, once more.
const migrations = {
  "001-next": (type: { readonly bigint: string; readonly text: string }) => [
    `create table next (id ${type.bigint})`,
    `alter table users add column next ${type.text}`,
    `alter table social_auth add column next ${type.text}`,
    `alter table sessions add column next_id ${type.bigint}`,
    "create index sessions_next_id on sessions (next_id)",
  ],
};

process.on("message", async ({ address }: { readonly address: string }) => {
  const open = address.startsWith("postgres:") ? postgresStorage : sqliteStorage;
  const storage = open(address, { migrations: [{ name: "next", migrations }] });
  const began = performance.now();
  await storage.migrate();
  const took = performance.now() - began;
  await storage.close();
  process.send?.(took);
});
process.on("disconnect", () => process.exit(0));
