import { sha256, toBase64Url } from "#platform";
import { AuthError, type ErrorCode } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { Identity, JsonObject } from "./identity.ts";
import type { Asking, Replies } from "./pause.ts";
import { type Seal, sameText } from "./seal.ts";
import { type PausedRecord, toAuthError, type UserId } from "./storage.ts";

/** A login that the provider has answered, and that has signed nobody in yet. */
export interface OpenLogin {
  readonly backend: string;
  /** Where there are several tenants, whose backend it is. */
  readonly tenant: string | null;
  readonly identity: Identity;
  readonly next: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Who was signed in when it began; only they may go on with it. */
  readonly userId: UserId | null;
  readonly recentlySignedIn: boolean;
  /** What was said until now to the steps that asked. */
  readonly replies: Replies;
}

/** One that waits for somebody to say something. */
export interface PausedLogin extends OpenLogin {
  /** The step that asks, and what it finds again. */
  readonly step: string;
  readonly asking: Asking;
  readonly keep: JsonObject;
  /** What the cookie of the browser says that may go on. */
  readonly browser: string;
  /** What the link says that was sent; null where there was none. */
  readonly link: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A paused login that this browser may go on with. */
export interface Held {
  readonly id: string;
  readonly login: PausedLogin;
  /** It brought the link that was sent. */
  readonly byLink: boolean;
  /** It is the browser that the login was paused in. */
  readonly here: boolean;
}

/**
 * The paused login of an id, for the browser that holds its cookie, or brings the link.
 *
 * @throws `resume_unknown`, `resume_foreign`
 */
export async function findPaused(
  { tenant, storage, seal, now }: Pick<Gate, "tenant" | "storage" | "seal" | "now">,
  { id, browser, link }: { id: string; browser: string | undefined; link: string | null },
): Promise<Held> {
  const refuse = (code: ErrorCode, message: string) =>
    new AuthError(code, { stage: "resume", message });

  const record = await storage.paused.find(await idHashOf(id)).catch((error: unknown) => {
    throw toAuthError(error);
  });
  const login = record && (await openPaused(id, record, seal));
  if (!login) throw refuse("resume_unknown", "no login waits under this id");
  if (login.expiresAt <= now().getTime()) throw refuse("resume_unknown", "it waited too long");
  if (login.tenant !== tenant) throw refuse("resume_foreign", "it was begun for another tenant");
  const here = browser !== undefined && sameText(browser, login.browser);
  const byLink = link !== null && login.link !== null && sameText(link, login.link);
  if (!here && !byLink) throw refuse("resume_foreign", "this browser does not hold the login");
  return { id, login, byLink, here };
}

/** What the database keeps instead of a paused login's id. */
export async function idHashOf(id: string): Promise<string> {
  return toBase64Url(await sha256(id));
}

/** A paused login as the database has it: nothing in it can be read without our secret. */
export async function sealPaused(
  id: string,
  login: PausedLogin,
  seal: Seal,
): Promise<PausedRecord> {
  const data = await seal.close(JSON.stringify(login), bound(id));
  return { idHash: await idHashOf(id), data, expiresAt: new Date(login.expiresAt) };
}

/** The other way; undefined where it was not sealed here, or for another id. */
export async function openPaused(
  id: string,
  { data }: PausedRecord,
  seal: Seal,
): Promise<PausedLogin | undefined> {
  const text = await seal.open(data, bound(id));
  // Only we can have sealed it, so it is a paused login.
  return text === undefined ? undefined : (JSON.parse(text, reviveTime) as PausedLogin);
}

function bound(id: string): string {
  return `paused ${id}`;
}

// The one time in an identity: when its access token ends.
function reviveTime(name: string, value: unknown): unknown {
  return name === "expiresAt" && typeof value === "string" ? new Date(value) : value;
}
