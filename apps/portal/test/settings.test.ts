import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openDatabase } from "../src/database.ts";
import { readSettings, SettingsError } from "../src/settings.ts";

const enabled = {
  AUTH_PEERINGDB_ENABLED: "true",
  PEERINGDB_OAUTH_CLIENT_ID: "client",
  PEERINGDB_OAUTH_CLIENT_SECRET: "client-secret",
};
const secret = "a".repeat(32);

test("an empty environment gives a portal on port 3000 without sign-in at PeeringDB", () => {
  assert.deepEqual(readSettings({}), {
    port: 3000,
    host: undefined,
    baseUrl: "http://localhost:3000",
    trustedProxies: [],
    databaseUrl: "sqlite:portal.db",
    drainSeconds: 0,
    siteName: "Member Portal",
    supportEmail: undefined,
    peeringdb: undefined,
    secrets: [],
    warnings: [],
  });
});

test("variables that are set to nothing count as not set", () => {
  const names = [
    ...["PORT", "HOST", "BASE_URL", "DATABASE_URL", "IDENTITY_SITENAME", "IDENTITY_SUPPORT_EMAIL"],
    ...["DRAIN_SECONDS", "SALLYPORT_SECRET", "AUTH_PEERINGDB_ENABLED", "AUTH_PEERINGDB_PRIVS"],
    ...["AUTH_PEERINGDB_MFA", "PEERINGDB_OAUTH_REDIRECT", "PEERINGDB_URL", "TRUSTED_PROXIES"],
  ];
  const empty = Object.fromEntries(names.map((name) => [name, ""]));
  assert.deepEqual(readSettings(empty), readSettings({}));
  assert.deepEqual(readSettings({ ...empty, ...enabled }), readSettings(enabled));
});

test("every variable is taken as it is", () => {
  const settings = readSettings({
    NODE_ENV: "production",
    PORT: "8080",
    HOST: "127.0.0.1",
    BASE_URL: "https://portal.ix.example/",
    TRUSTED_PROXIES: "127.0.0.1, ::1,10.0.0.0/8",
    DATABASE_URL: "sqlite:/var/lib/portal.db",
    DRAIN_SECONDS: "15",
    IDENTITY_SITENAME: "Example IX",
    IDENTITY_SUPPORT_EMAIL: "noc@ix.example",
    SALLYPORT_SECRET: secret,
    AUTH_PEERINGDB_ENABLED: "1",
    AUTH_PEERINGDB_PRIVS: "2",
    AUTH_PEERINGDB_MFA: "admin",
    PEERINGDB_OAUTH_CLIENT_ID: "client",
    PEERINGDB_OAUTH_CLIENT_SECRET: "client-secret",
    PEERINGDB_OAUTH_REDIRECT: "https://portal.ix.example/auth/login/peeringdb/callback",
    PEERINGDB_URL: "https://beta.peeringdb.com",
  });
  assert.deepEqual(settings, {
    port: 8080,
    host: "127.0.0.1",
    baseUrl: "https://portal.ix.example",
    trustedProxies: ["127.0.0.1", "::1", "10.0.0.0/8"],
    databaseUrl: "sqlite:/var/lib/portal.db",
    drainSeconds: 15,
    siteName: "Example IX",
    supportEmail: "noc@ix.example",
    secrets: [secret],
    warnings: [],
    peeringdb: {
      clientId: "client",
      clientSecret: "client-secret",
      url: "https://beta.peeringdb.com",
      privs: 2,
      mfa: "admin",
    },
  });
});

test("the address follows the port unless it is given", () => {
  assert.equal(readSettings({ PORT: "8080" }).baseUrl, "http://localhost:8080");
});

test("secrets are separated by commas, the newest first", () => {
  const [newer, older] = ["b".repeat(32), "a".repeat(32)];
  const { secrets } = readSettings({ SALLYPORT_SECRET: `${newer},${older}` });
  assert.deepEqual(secrets, [newer, older]);
});

describe("AUTH_PEERINGDB_ENABLED", () => {
  for (const value of ["true", "1", "yes", "on", "TRUE"]) {
    test(`"${value}" enables`, () => {
      assert.ok(readSettings({ ...enabled, AUTH_PEERINGDB_ENABLED: value }).peeringdb);
    });
  }
  for (const value of ["false", "0", "no", "off", "(true)", ""]) {
    test(`"${value}" does not`, () => {
      assert.equal(
        readSettings({ ...enabled, AUTH_PEERINGDB_ENABLED: value }).peeringdb,
        undefined,
      );
    });
  }
  test("without it, nothing about PeeringDB can keep the portal from starting", () => {
    assert.doesNotThrow(() => readSettings({ PEERINGDB_OAUTH_REDIRECT: "nonsense" }));
  });
});

describe("AUTH_PEERINGDB_PRIVS", () => {
  for (const [value, privs] of [
    ["1", 1],
    ["2", 2],
    ["perms", "perms"],
  ] as const) {
    test(`"${value}" is taken without a word`, () => {
      const { peeringdb, warnings } = readSettings({ ...enabled, AUTH_PEERINGDB_PRIVS: value });
      assert.deepEqual([peeringdb?.privs, warnings], [privs, []]);
    });
  }
  for (const value of ["3", "0", "admin", "1.5", " 2"]) {
    test(`"${value}" becomes 1, with a warning: never a superuser`, () => {
      const { peeringdb, warnings } = readSettings({ ...enabled, AUTH_PEERINGDB_PRIVS: value });
      assert.equal(peeringdb?.privs, 1);
      assert.deepEqual(warnings, [
        `AUTH_PEERINGDB_PRIVS is 1, 2 or "perms", not "${value}"; 1 is used`,
      ]);
    });
  }
});

const refusals: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    "a redirect address of somebody else",
    { ...enabled, PEERINGDB_OAUTH_REDIRECT: "https://portal.ix.example/callback" },
    'PEERINGDB_OAUTH_REDIRECT is "https://portal.ix.example/callback", but this portal answers ' +
      'at "http://localhost:3000/auth/login/peeringdb/callback"; change it, or BASE_URL',
  ],
  [
    "a redirect address with a slash at its end",
    {
      ...enabled,
      PEERINGDB_OAUTH_REDIRECT: "http://localhost:3000/auth/login/peeringdb/callback/",
    },
    'PEERINGDB_OAUTH_REDIRECT is "http://localhost:3000/auth/login/peeringdb/callback/", but ' +
      'this portal answers at "http://localhost:3000/auth/login/peeringdb/callback"; ' +
      "change it, or BASE_URL",
  ],
  [
    "no client id",
    { ...enabled, PEERINGDB_OAUTH_CLIENT_ID: "" },
    "AUTH_PEERINGDB_ENABLED is set, so PEERINGDB_OAUTH_CLIENT_ID must be set too",
  ],
  [
    "no client secret",
    { ...enabled, PEERINGDB_OAUTH_CLIENT_SECRET: "" },
    "AUTH_PEERINGDB_ENABLED is set, so PEERINGDB_OAUTH_CLIENT_SECRET must be set too",
  ],
  [
    "a slip in AUTH_PEERINGDB_MFA",
    { ...enabled, AUTH_PEERINGDB_MFA: "al" },
    'AUTH_PEERINGDB_MFA is "none", "admin" or "all", not "al"',
  ],
  [
    "a secret that is too short",
    { SALLYPORT_SECRET: "a".repeat(31) },
    "SALLYPORT_SECRET must have at least 32 characters",
  ],
  [
    "an old secret that is too short",
    { SALLYPORT_SECRET: `${secret},short` },
    "SALLYPORT_SECRET must have at least 32 characters",
  ],
  [
    "production without a secret",
    { NODE_ENV: "production" },
    "NODE_ENV is production, so SALLYPORT_SECRET must be set",
  ],
  [
    "a proxy by its name",
    { TRUSTED_PROXIES: "127.0.0.1,proxy.ix.example" },
    'TRUSTED_PROXIES must be addresses, and networks like 10.0.0.0/8, not "proxy.ix.example"',
  ],
  [
    "everybody as a proxy",
    { TRUSTED_PROXIES: "::/0" },
    'TRUSTED_PROXIES must be addresses, and networks like 10.0.0.0/8, not "::/0"',
  ],
  [
    "a wait that is none",
    { DRAIN_SECONDS: "5s" },
    'DRAIN_SECONDS must be a number from 0 to 600, not "5s"',
  ],
  ["a port that is none", { PORT: "http" }, 'PORT must be a number from 0 to 65535, not "http"'],
  [
    "a port that is too high",
    { PORT: "65536" },
    'PORT must be a number from 0 to 65535, not "65536"',
  ],
];

describe("the portal refuses to start with", () => {
  for (const [what, environment, message] of refusals) {
    test(`${what}, in one line`, () => {
      assert.throws(() => readSettings(environment), { name: "SettingsError", message });
      assert.doesNotMatch(message, /\n/);
    });
  }

  for (const databaseUrl of ["oracle://u:p@host/db", "mysql:u:p@", "portal.db"]) {
    test(`the database ${databaseUrl.split("@")[0]}, without quoting what may be a password`, () => {
      assert.throws(
        () => openDatabase({ databaseUrl }),
        (error: unknown) => {
          assert.ok(error instanceof SettingsError);
          assert.match(error.message, /^DATABASE_URL must be sqlite:FILE, postgres:/);
          assert.doesNotMatch(error.message, /u:p|\n/);
          return true;
        },
      );
    });
  }
});
