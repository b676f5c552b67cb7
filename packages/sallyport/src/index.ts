export { type Auth, type AuthConfig, createAuth, type WithHeaders } from "./auth.ts";
export {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type DataField,
  type Departure,
  type DepartureContext,
  type Environment,
  type ExtraDataEntry,
  type KeptField,
} from "./backend.ts";
export { defaultPipeline } from "./default-pipeline.ts";
export {
  AuthError,
  type AuthErrorOptions,
  catalogue,
  type ErrorCode,
  type Explanation,
  logFacts,
  type Stage,
} from "./errors.ts";
export type { Http, HttpAnswer, HttpLimits, HttpRequest, Transport } from "./http.ts";
export type { Identity, Json, JsonObject, Network, Tokens, UserDetails } from "./identity.ts";
export { consoleLogger, type Logger } from "./logger.ts";
export {
  type AnyStep,
  after,
  before,
  type Capabilities,
  type EndFacts,
  type Phase,
  type Pipeline,
  pipeline,
  Refusal,
  type RefusalOptions,
  refuse,
  type StartFacts,
  type Step,
  within,
} from "./pipeline.ts";
export type { Flow, NewSession, SessionStore, SignedIn } from "./session.ts";
export {
  type Association,
  type Associations,
  Conflict,
  type NewUser,
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
export type { Answer } from "./web/answers.ts";
export { Html, type HtmlPart, html } from "./web/html.ts";
export type { Incoming } from "./web/incoming.ts";
export type {
  AskView,
  ConfirmView,
  FailureView,
  Pages,
  SignInLink,
  SignInView,
} from "./web/pages.ts";
