// The same cases on MariaDB.
process.env.TEST_DATABASE = "mysql";
await import("./sync-affiliations.test.ts");
