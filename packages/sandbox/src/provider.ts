import type { Clients } from "./clients.ts";
import type { Grants } from "./grants.ts";
import type { People } from "./people.ts";
import type { SigningKey } from "./signing-key.ts";

/** What one pretend PeeringDB consists of; its endpoints are functions of it and a request. */
export interface Provider {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly clients: Clients;
  readonly people: People;
  readonly grants: Grants;
  readonly signingKey: SigningKey;
}
