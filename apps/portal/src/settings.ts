import { isIP } from "node:net";
import type { Environment } from "sallyport";
import type { MfaPolicy, PrivilegePolicy } from "sallyport/affiliations";

/** What an operator decides, by the names that IXP Manager's operators already have. */
export interface Settings {
  readonly port: number;
  /** The address to listen at; undefined means all of this machine's. */
  readonly host: string | undefined;
  /** Where the world reaches the portal. */
  readonly baseUrl: string;
  /** Whose `X-Forwarded-For` says where a request came from: addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly databaseUrl: string;
  /** For how long a portal that is told to end goes on accepting. */
  readonly drainSeconds: number;
  readonly siteName: string;
  readonly supportEmail: string | undefined;
  /** Undefined where sign-in with PeeringDB is not enabled. */
  readonly peeringdb: PeeringDBAccess | undefined;
  /** Newest first; none lets one be made, which production does not allow. */
  readonly secrets: readonly string[];
  /** What an operator should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** How the portal uses PeeringDB. */
export interface PeeringDBAccess {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Another PeeringDB than production. */
  readonly url: string | undefined;
  readonly privs: PrivilegePolicy;
  readonly mfa: MfaPolicy;
}

/** Where PeeringDB sends people back to: the path that IXP Manager's registrations name. */
export const callbackPath = "/auth/login/peeringdb/callback";

/** A setting that the portal cannot run with; the message is one line for the operator. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the environment.
 *
 * @throws {@link SettingsError} naming the variable, what was expected and what came.
 */
export function readSettings(env: Environment): Settings {
  const port = readPort(env);
  const baseUrl = readBaseUrl(env.BASE_URL || `http://localhost:${port}`);
  const warnings: string[] = [];
  return {
    port,
    host: env.HOST || undefined,
    baseUrl,
    trustedProxies: readProxies(env),
    databaseUrl: env.DATABASE_URL || "sqlite:portal.db",
    drainSeconds: readDrainSeconds(env),
    siteName: env.IDENTITY_SITENAME || "Member Portal",
    supportEmail: env.IDENTITY_SUPPORT_EMAIL || undefined,
    peeringdb: isTrue(env.AUTH_PEERINGDB_ENABLED)
      ? readPeeringDB(env, baseUrl, warnings)
      : undefined,
    secrets: readSecrets(env),
    warnings,
  };
}

function readPeeringDB(env: Environment, baseUrl: string, warnings: string[]): PeeringDBAccess {
  const required = (name: string) => {
    const value = env[name];
    if (value) return value;
    throw new SettingsError(`AUTH_PEERINGDB_ENABLED is set, so ${name} must be set too`);
  };
  const ours = baseUrl + callbackPath;
  const redirect = env.PEERINGDB_OAUTH_REDIRECT || ours;
  if (redirect !== ours) {
    throw new SettingsError(
      `PEERINGDB_OAUTH_REDIRECT is "${redirect}", but this portal answers at "${ours}"; ` +
        "change it, or BASE_URL",
    );
  }
  return {
    clientId: required("PEERINGDB_OAUTH_CLIENT_ID"),
    clientSecret: required("PEERINGDB_OAUTH_CLIENT_SECRET"),
    url: env.PEERINGDB_URL || undefined,
    privs: readPrivileges(env.AUTH_PEERINGDB_PRIVS, warnings),
    mfa: readMfa(env.AUTH_PEERINGDB_MFA),
  };
}

// A login never makes a superuser (3), whatever stands here.
function readPrivileges(value: string | undefined, warnings: string[]): PrivilegePolicy {
  if (value === undefined || value === "" || value === "1") return 1;
  if (value === "2") return 2;
  if (value === "perms") return "perms";
  warnings.push(`AUTH_PEERINGDB_PRIVS is 1, 2 or "perms", not "${value}"; 1 is used`);
  return 1;
}

function readMfa(value: string | undefined): MfaPolicy {
  if (value === undefined || value === "" || value === "none") return "none";
  if (value === "admin" || value === "all") return value;
  // Unlike a privilege, no value is the careful one here.
  throw new SettingsError(`AUTH_PEERINGDB_MFA is "none", "admin" or "all", not "${value}"`);
}

// Several are separated by commas: a new one in front, the old ones still open what they sealed.
function readSecrets(env: Environment): readonly string[] {
  const secrets = (env.SALLYPORT_SECRET ?? "").split(/[\s,]+/).filter(Boolean);
  if (secrets.some((secret) => secret.length < 32)) {
    throw new SettingsError("SALLYPORT_SECRET must have at least 32 characters");
  }
  if (secrets.length === 0 && env.NODE_ENV === "production") {
    throw new SettingsError("NODE_ENV is production, so SALLYPORT_SECRET must be set");
  }
  return secrets;
}

function readProxies(env: Environment): readonly string[] {
  const proxies = (env.TRUSTED_PROXIES ?? "").split(/[\s,]+/).filter(Boolean);
  const wrong = proxies.find((proxy) => !isProxy(proxy));
  if (wrong === undefined) return proxies;
  throw new SettingsError(
    `TRUSTED_PROXIES must be addresses, and networks like 10.0.0.0/8, not "${wrong}"`,
  );
}

function isProxy(text: string): boolean {
  const [address = "", bits = "1", ...more] = text.split("/");
  const most = { 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return /^\d+$/.test(bits) && Number(bits) > 0 && Number(bits) <= most && more.length === 0;
}

function readPort(env: Environment): number {
  const port = Number(env.PORT || 3000);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new SettingsError(`PORT must be a number from 0 to 65535, not "${env.PORT}"`);
}

function readDrainSeconds(env: Environment): number {
  const seconds = Number(env.DRAIN_SECONDS || 0);
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= 600) return seconds;
  throw new SettingsError(
    `DRAIN_SECONDS must be a number from 0 to 600, not "${env.DRAIN_SECONDS}"`,
  );
}

function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new SettingsError(`BASE_URL must be like https://portal.example.net, not "${text}"`);
}

function isTrue(value: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(value ?? "");
}
