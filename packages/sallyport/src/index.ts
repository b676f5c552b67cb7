export type { AccessTokenOptions } from "./access-token.ts";
export { type Auth, type AuthConfig, createAuth } from "./auth.ts";
export {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type DataField,
  type Departure,
  type DepartureContext,
  type DeparturePage,
  type Environment,
  type ExtraDataEntry,
  type KeptField,
  type Metadata,
  type OwnPage,
  type Redirect,
  type TokenContext,
} from "./backend.ts";
export { defaultDisconnectPipeline } from "./default-disconnect-pipeline.ts";
export { defaultPipeline } from "./default-pipeline.ts";
export {
  type DisconnectEnd,
  type DisconnectFacts,
  type DisconnectPipeline,
  disconnectPipeline,
} from "./disconnect-pipeline.ts";
export {
  AuthError,
  type AuthErrorOptions,
  catalogue,
  type ErrorCode,
  type Explanation,
  logFacts,
  type Stage,
} from "./errors.ts";
export type { EventFacts, EventName, Listener } from "./events.ts";
export type { Form, FormField } from "./form.ts";
export { Html, type HtmlPart, html } from "./html.ts";
export type { Http, HttpAnswer, HttpLimits, HttpRequest, Transport } from "./http.ts";
export type { Identity, Json, JsonObject, Network, Tokens, UserDetails } from "./identity.ts";
export type { LimitName, LimitSettings, Rates } from "./limiter.ts";
export { consoleLogger, type Logger } from "./logger.ts";
export {
  type Asking,
  Pause,
  type PauseOptions,
  pause,
  type Reply,
} from "./pause.ts";
export { type EndFacts, type Pipeline, pipeline, type StartFacts } from "./pipeline.ts";
export {
  type Flow,
  type ListedSession,
  type NewSession,
  type SessionList,
  type SessionStore,
  type SignedIn,
  userOfSession,
} from "./session.ts";
export type { GivenToSite, Setting, SettingName } from "./settings.ts";
export {
  type AnyStep,
  after,
  before,
  type Capabilities,
  type Phase,
  Refusal,
  type RefusalOptions,
  refuse,
  type Step,
  within,
} from "./step.ts";
export {
  type Association,
  type Associations,
  Conflict,
  type Limits,
  type NewUser,
  type PausedLogins,
  type PausedRecord,
  type SessionRecord,
  type Sessions,
  type Sql,
  type SqlRow,
  type SqlValue,
  type Storage,
  StorageUnavailable,
  type Tables,
  toAuthError,
  type Used,
  type User,
  type UserChanges,
  type UserId,
  type Users,
} from "./storage.ts";
export type { MaybeLater, TenantBackends, TenantRequest } from "./tenants.ts";
export type { Attributes, Span, Tracer } from "./tracing.ts";
export type { UserSession } from "./user-sessions.ts";
export type { DetachedUserStore, StoredUser, UserIds, UserStore } from "./user-store.ts";
export type { Answer } from "./web/answers.ts";
export type { Incoming, WithHeaders } from "./web/incoming.ts";
export type {
  AskView,
  ConfirmView,
  FailureView,
  Pages,
  SignInLink,
  SignInView,
} from "./web/pages.ts";
export type {
  PausedByToken,
  SignedInByToken,
  TokenSignIn,
  TokenSignInOptions,
} from "./web/token-sign-in.ts";
