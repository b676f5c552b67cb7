import { createSeal, type Seal, shortestSecret } from "../seal.ts";
import { checkMigrated } from "../sql/migrate.ts";
import { coreMigrations, ourUsers, textsOf } from "../sql/migrations.ts";
import { readArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { importAccountsOnly, importUsersAndAccounts } from "./django/import-django.ts";
import { ownBackends } from "./django/own-backends.ts";
import { describe } from "./django/report.ts";
import { UsageError } from "./failure.ts";
import { connect } from "./one-connection.ts";
import { toPlace } from "./place.ts";
import { progressOn } from "./progress.ts";

/** `sallyport import-django`: takes users and accounts over from Django with python-social-auth. */
export const importDjangoCommand: Command = async (args, environment) => {
  const { values, positionals } = readArguments(
    args,
    {
      into: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      "associations-only": { type: "boolean", default: false },
      "user-table": { type: "string", default: "auth_user" },
      "emails-verified": { type: "boolean", default: false },
      "without-tokens": { type: "boolean", default: false },
    },
    1,
  );
  const from = toPlace("URL", positionals[0]);
  const into = toPlace("--into or DATABASE_URL", values.into ?? environment.DATABASE_URL);
  const userTable = values["user-table"];
  if (!/^\w+$/.test(userTable)) throw new UsageError("--user-table takes the name of a table");
  const seal = values["without-tokens"] ? undefined : sealOf(environment);
  const [dryRun, associationsOnly] = [values["dry-run"], values["associations-only"]];

  const django = await connect(from, "read");
  const ours = await connect(into, dryRun ? "read" : "write");
  const progress = progressOn(process.stderr);
  try {
    if (!associationsOnly) {
      const { dialect, query } = ours;
      const core = textsOf(coreMigrations, dialect, ourUsers(dialect.types));
      await checkMigrated(dialect, query, [core]);
    }
    const run = associationsOnly ? importAccountsOnly : importUsersAndAccounts;
    const report = await run(django, ours, {
      seal,
      userTable,
      emailsVerified: values["emails-verified"],
      write: !dryRun,
      now: new Date(),
      progress: progress.at,
    });
    progress.end();
    const known = await ownBackends();
    for (const line of describe(report, { dryRun, associationsOnly, known })) console.log(line);
    return 0;
  } finally {
    progress.end();
    await django.close();
    await ours.close();
  }
};

function sealOf({ SALLYPORT_SECRET = "" }: NodeJS.ProcessEnv): Seal {
  const secrets = SALLYPORT_SECRET.split(/[\s,]+/).filter(Boolean);
  if (secrets.length === 0) {
    throw new UsageError("SALLYPORT_SECRET must be set, the application's, or --without-tokens");
  }
  if (secrets.some(({ length }) => length < shortestSecret)) {
    throw new UsageError(`SALLYPORT_SECRET must have at least ${shortestSecret} characters`);
  }
  return createSeal(secrets, "tokens");
}
