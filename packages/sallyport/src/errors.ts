/** Where in a login something failed. Every {@link AuthError} names one. */
export type Stage =
  | "settings"
  | "request"
  | "begin"
  | "callback"
  | "state"
  | "token"
  | "profile"
  | "identity"
  | "pipeline"
  | "storage"
  | "session"
  | "resume"
  | "disconnect"
  | "refresh";

/** What a person reads about a failure: one sentence on what happened, one on what to do. */
export interface Explanation {
  readonly sentence: string;
  readonly nextStep: string;
}

interface CatalogueEntry extends Explanation {
  readonly status: number;
}

const tryAgain = "Go back to the sign-in page and try again.";
const tryLater = "Please try again in a few minutes.";
const askOperator = "Please tell the operator of this site, and mention the code below.";

/**
 * Every code the library raises, with the HTTP status and the words a person sees.
 * 4xx is the person's or the provider's decision, 502 and 503 somebody's outage,
 * 500 only a fault in the application's own code or settings. docs/reference/errors.md
 * has a paragraph on each.
 */
export const catalogue = {
  settings_invalid: entry(500, "This site's sign-in is not set up correctly.", askOperator),
  backend_unknown: entry(404, "There is no such way to sign in here.", tryAgain),
  tenant_unknown: entry(404, "There is no sign-in at this address.", askOperator),
  method_not_allowed: entry(405, "This address cannot be used that way.", tryAgain),
  request_forged: entry(
    403,
    "This request came from another site, so it was not carried out.",
    tryAgain,
  ),
  form_too_large: entry(413, "What was sent is too large.", tryAgain),
  data_invalid: entry(
    400,
    "What you entered cannot be used to sign in.",
    "Check it, then try again.",
  ),
  too_many_requests: entry(429, "This was tried too often in a short time.", tryLater),
  prefetch_refused: entry(
    503,
    "A sign-in starts only when you follow the link yourself.",
    tryAgain,
  ),
  state_missing: entry(400, "The answer from the sign-in provider is incomplete.", tryAgain),
  state_unknown: entry(
    400,
    "This sign-in was not started in this browser, or it took too long.",
    tryAgain,
  ),
  state_foreign: entry(
    400,
    "This sign-in belongs to another provider or another person.",
    tryAgain,
  ),
  state_expired: entry(400, "This sign-in took too long.", tryAgain),
  state_used: entry(400, "This sign-in was already completed once.", tryAgain),
  callback_invalid: entry(
    400,
    "The answer from the sign-in provider could not be understood.",
    tryAgain,
  ),
  access_denied: entry(
    403,
    "You refused the sign-in at the provider.",
    "If that was not your intention, try again.",
  ),
  provider_refused: entry(502, "The sign-in provider refused this sign-in.", tryLater),
  provider_unreachable: entry(502, "The sign-in provider cannot be reached.", tryLater),
  provider_timeout: entry(502, "The sign-in provider did not answer in time.", tryLater),
  provider_failed: entry(502, "The sign-in provider has a problem.", tryLater),
  provider_busy: entry(503, "The sign-in provider is too busy.", tryLater),
  answer_invalid: entry(502, "The sign-in provider's answer could not be understood.", tryLater),
  discovery_failed: entry(
    502,
    "The sign-in provider does not say how to sign in with it.",
    askOperator,
  ),
  answer_too_large: entry(502, "The sign-in provider's answer is too large.", tryLater),
  client_refused: entry(
    502,
    "The sign-in provider does not accept this site's credentials.",
    askOperator,
  ),
  code_refused: entry(
    400,
    "The sign-in provider no longer accepts this sign-in; it may have taken too long.",
    tryAgain,
  ),
  token_refused: entry(502, "The sign-in provider would not say who you are.", tryAgain),
  token_revoked: entry(
    403,
    "Access to your account at the provider was withdrawn.",
    "Sign in again to renew it.",
  ),
  token_missing: entry(
    400,
    "There is nothing stored to renew this access with.",
    "Sign in again to renew it.",
  ),
  token_not_accepted: entry(
    400,
    "This token cannot be used to sign in here.",
    "Sign in at the provider again.",
  ),
  id_token_invalid: entry(
    502,
    "The sign-in provider's statement about who you are does not hold.",
    tryAgain,
  ),
  uid_missing: entry(502, "The sign-in provider did not say which account is yours.", askOperator),
  attribute_missing: entry(
    502,
    "The sign-in provider did not say everything about you that this site needs.",
    askOperator,
  ),
  account_unverified: entry(
    403,
    "The sign-in provider has not verified your account or your e-mail address.",
    "Complete your registration there, then sign in again.",
  ),
  account_not_allowed: entry(403, "Your account is not allowed to sign in here.", askOperator),
  account_in_use: entry(
    409,
    "This account is already connected to another user of this site.",
    "Sign in with it instead, or disconnect it there first.",
  ),
  sign_in_again: entry(
    403,
    "Connecting or disconnecting an account needs a recent sign-in.",
    "Sign in again with an account that you have connected already, then repeat this.",
  ),
  resume_unknown: entry(
    400,
    "This sign-in is finished already, or it waited too long.",
    "Go to the sign-in page if you are not signed in yet.",
  ),
  resume_foreign: entry(
    403,
    "This sign-in was begun in another browser or by another person.",
    "Go back to the browser in which you began, or start again here.",
  ),
  message_not_sent: entry(503, "The message to you could not be sent.", tryLater),
  last_way_in: entry(
    409,
    "This is the only account that you can sign in with.",
    "Connect another account first.",
  ),
  association_unknown: entry(
    404,
    "No such account is connected to you.",
    "Look at the list of your connected accounts.",
  ),
  not_signed_in: entry(401, "You are not signed in.", "Sign in, then repeat this."),
  sessions_not_listed: entry(
    404,
    "This site keeps no list of where you are signed in.",
    "Sign out on each of your devices.",
  ),
  user_inactive: entry(403, "Your account on this site is disabled.", askOperator),
  storage_conflict: entry(503, "Too many sign-ins collided.", tryAgain),
  storage_unavailable: entry(503, "This site's database cannot be reached.", tryLater),
  tables_outdated: entry(503, "This site's database is being brought up to date.", tryLater),
  application_fault: entry(500, "Something went wrong on this site.", askOperator),
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the {@link catalogue}. */
export type ErrorCode = keyof typeof catalogue;

/** What an {@link AuthError} is made from; an application's own codes bring their own words. */
export interface AuthErrorOptions {
  readonly stage: Stage;
  readonly backend?: string | undefined;
  /** For the operator: what was expected and what came. Never a secret, a code or a token. */
  readonly message?: string | undefined;
  readonly cause?: unknown;
  /** HTTP status; the catalogue's unless given. */
  readonly status?: number | undefined;
  /** The person's two sentences; the catalogue's unless given. */
  readonly explanation?: Explanation | undefined;
  /** Seconds after which trying again makes sense (`Retry-After`, RFC 9110, section 10.2.3). */
  readonly retryAfter?: number | undefined;
  /** Facts for the page that shows the failure, for example what was removed. */
  readonly detail?: unknown;
}

/**
 * A login, refresh or start-up that failed. `code` and `stage` are stable and meant for
 * programs, `message` for the operator, `explanation` for the person.
 */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: string;
  readonly stage: Stage;
  readonly backend: string | undefined;
  readonly status: number;
  readonly explanation: Explanation;
  readonly retryAfter: number | undefined;
  readonly detail: unknown;

  constructor(code: ErrorCode | (string & {}), options: AuthErrorOptions) {
    const known: CatalogueEntry = isErrorCode(code) ? catalogue[code] : catalogue.application_fault;
    super(options.message ?? (options.explanation ?? known).sentence, { cause: options.cause });
    this.code = code;
    this.stage = options.stage;
    this.backend = options.backend;
    this.status = options.status ?? known.status;
    this.explanation = options.explanation ?? known;
    this.retryAfter = options.retryAfter ?? (this.status === 503 ? 30 : undefined);
    this.detail = options.detail;
  }
}

/** A failure as one line of a log: what happened where, never what a provider or a person sent. */
export function logFacts(error: AuthError): Readonly<Record<string, string>> {
  const { code, stage, backend, message, cause } = error;
  const facts: Record<string, string> = { code, stage, message };
  if (backend) facts.backend = backend;
  // A cause may hold a provider's answer, so only its words are said. A fault of the
  // application's own needs the place, too.
  if (cause instanceof Error) {
    facts.cause = (code === "application_fault" && cause.stack) || cause.message;
  }
  return facts;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}

function entry(status: number, sentence: string, nextStep: string): CatalogueEntry {
  return { status, sentence, nextStep };
}
