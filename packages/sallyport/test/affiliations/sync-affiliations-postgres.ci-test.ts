// The same cases on PostgreSQL.
process.env.TEST_DATABASE = "postgres";
await import("./sync-affiliations.test.ts");
