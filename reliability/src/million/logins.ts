import { type Auth, createAuth, type Http, pipeline, type Storage, type Tokens } from "sallyport";
import { BaseOAuth2 } from "sallyport/protocols/oauth2";
import { associateByEmail } from "sallyport/steps/associate-by-email";
import { associateUser } from "sallyport/steps/associate-user";
import { createUser } from "sallyport/steps/create-user";
import { getUsername } from "sallyport/steps/get-username";
import { loadExtraData } from "sallyport/steps/load-extra-data";
import { socialDetails } from "sallyport/steps/social-details";
import { socialUid } from "sallyport/steps/social-uid";
import { socialUser } from "sallyport/steps/social-user";
import { userDetails } from "sallyport/steps/user-details";

/** The kinds of logins, and the backend of each. Who is seeded has accounts at `one` and `two`. */
export const loginKinds = { returning: "one", first: "one", "joined by e-mail": "three" } as const;

/** One of {@link loginKinds}. */
export type LoginKind = keyof typeof loginKinds;

/** A site at which whole logins are made, without a browser's or a server's own work. */
export interface LoginSite {
  /** @throws where it ends with anything but a session. */
  signIn(kind: LoginKind, person: number): Promise<void>;
  close(): Promise<void>;
}

/** Puts one on a storage, with the provider at an origin. */
export function loginSite(storage: Storage, provider: string): LoginSite {
  const auth = createAuth({
    baseUrl: "https://portal.example.net",
    secrets: ["only the measures know this secret, and it opens nothing"],
    backends: ["one", "two", "three"].map((name) => new AnyBackend(name, provider)),
    storage,
    pipeline: pipeline(
      socialDetails,
      socialUid,
      socialUser,
      associateByEmail({ authoritative: ["three"] }),
      getUsername(),
      createUser(),
      associateUser,
      loadExtraData,
      userDetails(),
    ),
    logger: { info() {}, warn() {}, error: console.error },
    env: {},
  });
  return {
    signIn: (kind, person) => signIn(auth, loginKinds[kind], person),
    close: () => auth.close(),
  };
}

interface Person {
  readonly id: number;
  readonly login: string;
  readonly email: string;
}

class AnyBackend extends BaseOAuth2<Person> {
  override readonly name: string;
  override readonly authorizationUrl: string;
  override readonly accessTokenUrl: string;
  override readonly extraData = ["id", "login"];
  readonly #profile: string;

  constructor(name: string, provider: string) {
    super({ clientId: "client", clientSecret: "secret" });
    this.name = name;
    this.authorizationUrl = `${provider}/authorize`;
    this.accessTokenUrl = `${provider}/token`;
    this.#profile = `${provider}/profile`;
  }

  override async userData({ accessToken }: Tokens, http: Http): Promise<Person> {
    const headers = { authorization: `Bearer ${accessToken}` };
    // Our own provider sends nothing else.
    return (await http.json({ url: this.#profile, headers })) as Person;
  }

  override getUserDetails({ login, email }: Person) {
    return { username: login, email, emailVerified: true };
  }
}

async function signIn(auth: Auth, backend: string, person: number): Promise<void> {
  const visit = async (path: string, headers: Record<string, string>) => {
    const answer = await auth.handle(new Request(`${auth.origin}${path}`, { headers }));
    if (answer?.status !== 303) throw new Error(`${path}: ${answer?.status}`);
    return answer;
  };
  const left = await visit(`/auth/login/${backend}`, { "sec-fetch-site": "same-origin" });
  const state = new URL(left.headers.get("location") ?? "").searchParams.get("state");
  const cookie = left.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  await visit(`/auth/complete/${backend}?code=${person}&state=${state}`, { cookie });
}
