export type { Client } from "./clients.ts";
export { defaultPeople } from "./default-people.ts";
export type { Fault, Faults, FaultyEndpoint, IdTokenFault } from "./faults.ts";
export { InvalidInput } from "./invalid-input.ts";
export type { Person, PersonChanges, Profile } from "./people.ts";
export type { LoggedRequest } from "./request-log.ts";
export { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";
export type { SignInChoice } from "./sign-in.ts";
