import type { IncomingMessage, ServerResponse } from "node:http";
import { type Client, Clients, defaultClient } from "./clients.ts";
import { defaultPeople } from "./default-people.ts";
import { ActiveFaults, type Faults } from "./faults.ts";
import { Grants } from "./grants.ts";
import { BodyTooLarge, readIncoming } from "./incoming.ts";
import { InvalidInput, shown } from "./invalid-input.ts";
import { listen, send } from "./listen.ts";
import { errorPage } from "./pages/error-page.ts";
import { People, type Person, type PersonChanges } from "./people.ts";
import type { Provider } from "./provider.ts";
import { RateLimit } from "./rate-limit.ts";
import { type LoggedRequest, RequestLog } from "./request-log.ts";
import { respond } from "./respond.ts";
import { type SignInChoice, signIn } from "./sign-in.ts";
import { SigningKey } from "./signing-key.ts";
import type { Surroundings } from "./surroundings.ts";

/** How to start a sandbox; everything has a default. */
export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The default, 127.0.0.1, takes [::1] along: both are localhost. */
  readonly host?: string;
  /** {@link defaultPeople} unless given. */
  readonly people?: readonly Person[];
  /** `sandbox-client` with `sandbox-secret` unless given. */
  readonly clients?: readonly Client[];
  /** Where people may be sent back to; anywhere unless given. */
  readonly redirectUris?: readonly string[];
  /** Redirect URIs must be https, as PeeringDB demands. */
  readonly strict?: boolean;
  /** Requests a minute from one address; unlimited unless given. PeeringDB has 120. */
  readonly rateLimit?: number;
  readonly faults?: Faults;
  /** Milliseconds since the epoch: what codes and tokens expire by. `Date.now` unless given. */
  readonly now?: () => number;
}

/** A running sandbox. Its methods do what the `/sandbox/…` addresses do. */
export interface Sandbox {
  /** `http://localhost:PORT`, or the host it was told to listen on. */
  readonly url: string;
  readonly port: number;
  people(): readonly Person[];
  /** Puts another list in place of the people; tokens of those who stay work on. */
  setPeople(people: readonly Person[]): void;
  /** Merges the profile, replaces the rest, and says who this is now. */
  patchPerson(id: string | number, changes: PersonChanges): Person;
  /** Revokes the application for a person, as they can at PeeringDB; says how many tokens died. */
  revokeGrants(id: string | number): number;
  faults(): Faults;
  /** Puts these faults in place of all others; `{}` ends them. */
  setFaults(faults: Faults): void;
  /** What came in, oldest first, without secrets; the last 1,000. */
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  /** Chooses on the sign-in page as a person would; gives the address the browser is sent to. */
  signIn(authorizeUrl: string | URL, choice: SignInChoice): Promise<string>;
  /** Ends at once, whatever connections are open. */
  close(): Promise<void>;
}

/**
 * Starts a pretend PeeringDB. Throws {@link InvalidInput} for options that cannot be, and Node's
 * own error (EADDRINUSE) where it cannot listen.
 *
 * @example
 * const sandbox = await startSandbox();
 * // point the application at sandbox.url, run the test
 * await sandbox.close();
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = "127.0.0.1", port: wantedPort = 0 } = options;
  const closing = new AbortController();
  const sandbox = surroundings(options, closing.signal);
  const { provider, faults, log } = sandbox;
  faults.replace(options.faults ?? {});

  let url = "";
  const listening = await listen((message, response) => serve(sandbox, url, message, response), {
    host,
    port: wantedPort,
  });
  url = `http://${nameOf(host)}:${listening.port}`;
  return {
    url,
    port: listening.port,
    people: () => provider.people.list(),
    setPeople: (people) => provider.people.replace(people),
    patchPerson: (id, changes) => provider.people.patch(String(id), changes),
    revokeGrants: (id) => provider.grants.revokeAccessOf(String(id)),
    faults: () => faults.list(),
    setFaults: (value) => faults.replace(value),
    requests: () => log.list(),
    clearRequests: () => log.clear(),
    signIn,
    close: async () => {
      closing.abort();
      await listening.close();
    },
  };
}

function surroundings(options: SandboxOptions, closing: AbortSignal): Surroundings {
  const { now = Date.now, rateLimit } = options;
  if (rateLimit !== undefined && !(Number.isSafeInteger(rateLimit) && rateLimit > 0)) {
    throw new InvalidInput(`rateLimit: expected a number from 1, got ${shown(rateLimit)}`);
  }
  const provider: Provider = {
    now,
    clients: new Clients({
      clients: options.clients ?? [defaultClient],
      redirectUris: options.redirectUris ?? [],
      strict: options.strict ?? false,
    }),
    people: new People(options.people ?? defaultPeople),
    grants: new Grants(now),
    signingKey: new SigningKey(),
  };
  return {
    provider,
    faults: new ActiveFaults(),
    log: new RequestLog(now),
    rateLimit: rateLimit === undefined ? undefined : new RateLimit(rateLimit, now),
    closing,
  };
}

async function serve(
  sandbox: Surroundings,
  url: string,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, await respond(sandbox, await readIncoming(message, url)));
  } catch (error) {
    if (message.destroyed && !message.complete) return; // the client left in the middle
    const tooLarge = error instanceof BodyTooLarge;
    const text = error instanceof Error ? error.message : String(error);
    send(response, errorPage(tooLarge ? 413 : 500, text));
  }
}

function nameOf(host: string): string {
  if (["127.0.0.1", "::1", "0.0.0.0", "::"].includes(host)) return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
