import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tokens, UserDetails } from "../src/identity.ts";
import { type Auth, type AuthConfig, type BaseAuth, createAuth, type Http } from "../src/index.ts";
import { BaseOAuth2, type OAuth2Settings } from "../src/protocols/oauth2.ts";
import { memoryStorage } from "../src/storage/memory.ts";
import type { Storage } from "../src/storage.ts";
import { Browser } from "./browser.ts";
import { client, type Provider, startProvider } from "./provider.ts";

export const secret = "a secret of the tests, long enough to pass";
export const origin = "https://portal.example.net";

/** A person at the {@link Provider}. */
export interface Person {
  readonly id: unknown;
  readonly login: string;
  readonly email?: string;
  readonly name?: string;
}

/** A backend for the {@link Provider}, with no quirk. */
export class ExampleOAuth2 extends BaseOAuth2<Person, OAuth2Settings & { readonly url?: string }> {
  override readonly name: string = "example";
  override readonly authorizationUrl: string = "{url}/authorize";
  override readonly accessTokenUrl: string = "{url}/token";
  override readonly defaultScope: readonly string[] = ["profile"];

  override async userData({ accessToken }: Tokens, http: Http): Promise<Person> {
    const url = this.fillIn("{url}/profile", "profile");
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await http.json({ url, headers })) as Person;
  }

  override getUserDetails({ login, email, name }: Person): UserDetails {
    return { username: login, email, emailVerified: true, fullName: name };
  }
}

/** The same provider under a second name. */
export class SecondOAuth2 extends ExampleOAuth2 {
  override readonly name: string = "second";
}

/** Settings that lead to a provider. */
export function settingsFor({ origin: url }: Provider) {
  return { url, clientId: client.id, clientSecret: client.secret };
}

/** A line that the operator would read. */
export interface Line {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly facts: unknown;
}

/** An application with a provider, a clock to turn, and everything that it wrote in its log. */
export interface Site {
  readonly auth: Auth;
  readonly provider: Provider;
  readonly storage: Storage;
  readonly lines: Line[];
  readonly clock: { now: Date; advance(minutes: number): void };
  browser(): Browser;
}

type Options = Partial<Omit<AuthConfig, "backends">> & {
  readonly backends?: (provider: Provider) => readonly BaseAuth[];
};

/** Whatever knows when a test, or another user of these, has ended. */
interface Ends {
  after(end: () => void | Promise<void>): void;
}

/** Everything at hand for a login; it ends with the test. */
export async function startSite(t: Ends, options: Options = {}): Promise<Site> {
  const provider = await startProvider(t);
  const { backends = bothBackends, storage = memoryStorage(), ...more } = options;
  const lines: Line[] = [];
  const line = (level: Line["level"]) => (message: string, facts?: object) => {
    lines.push({ level, message, facts });
  };
  const clock = {
    now: new Date("2026-11-20T12:00:00Z"),
    advance(minutes: number) {
      this.now = new Date(this.now.getTime() + minutes * 60_000);
    },
  };
  const auth = createAuth({
    baseUrl: origin,
    secrets: [secret],
    storage,
    backends: backends(provider),
    logger: { info: line("info"), warn: line("warn"), error: line("error") },
    env: {},
    now: () => clock.now,
    ...more,
  });
  t.after(() => auth.close());
  const browser = () => new Browser(auth.origin, auth.handle);
  return { auth, provider, storage, lines, clock, browser };
}

function bothBackends(provider: Provider): readonly BaseAuth[] {
  return [new ExampleOAuth2(settingsFor(provider)), new SecondOAuth2(settingsFor(provider))];
}

/** A path in a folder that goes with the test. */
export function temporaryFile(t: Ends, name = "test.db"): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** The code that a failed request was answered with. */
export async function codeOf(response: Response): Promise<string | undefined> {
  return /Code: (\w+)/.exec(await response.text())?.[1];
}
