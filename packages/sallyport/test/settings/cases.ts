import { generateKeyPairSync } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type AuthConfig, pipeline, type StartFacts, within } from "../../src/index.ts";
import type { SettingName } from "../../src/settings.ts";
import { associateUser } from "../../src/steps/associate-user.ts";
import { createUser } from "../../src/steps/create-user.ts";
import { getUsername } from "../../src/steps/get-username.ts";
import { mailValidation } from "../../src/steps/mail-validation.ts";
import { socialDetails } from "../../src/steps/social-details.ts";
import { socialUid } from "../../src/steps/social-uid.ts";
import { socialUser } from "../../src/steps/social-user.ts";
import { client } from "../provider.ts";
import type { Site } from "../site.ts";
import {
  AdjustableOAuth2,
  ExampleOAuth1,
  type Make,
  RevocableOAuth2,
  SigningOAuth2,
  UnprovenOAuth2,
  UnsureOAuth2,
} from "./backends.ts";
import {
  accountOf,
  ada,
  askedAt,
  authorization,
  bob,
  disconnectOne,
  endOf,
  knownAda,
  outcomeOf,
  userOf,
} from "./sight.ts";

/** What a setting does: seen once without it, and once with it from each place that it may stand in. */
export interface Case {
  readonly value: unknown;
  /** The same in an environment variable. */
  readonly text: string;
  readonly see: (site: Site) => Promise<unknown>;
  readonly without: unknown;
  readonly with: unknown;
  /** The backend, where it is not `ExampleOAuth2`. */
  readonly backend?: Make;
  /** Other settings of the backend; undefined takes one away that it has otherwise. */
  readonly beside?: object;
  readonly config?: Partial<AuthConfig>;
}

const ofAll = async (site: Site) => [
  await outcomeOf(site, ada),
  await outcomeOf(site, bob),
  await outcomeOf(site, { id: 3, login: "nobody" }),
];

const proving = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  mailValidation({ send: async () => {} }),
  getUsername(),
  createUser(),
  associateUser,
);

const listening = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  getUsername(),
  within("write-fields-down", ({ fields }: StartFacts) => {
    return { username: JSON.stringify(fields) };
  }),
  createUser(),
  associateUser,
);

/** Another place for a path of the provider's. */
const moved = (from: string, to: string, see: (site: Site) => Promise<unknown>) => {
  return (site: Site) => {
    site.provider.on(to, (request) => site.provider.standard({ ...request, path: from }));
    return see(site);
  };
};

const parameter = (name: string) => async (site: Site) =>
  (await authorization(site)).searchParams.get(name);

const clientKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ format: "pem", type: "pkcs8" })
  .toString();

/** A field of the header of the assertion that the client proved itself with. */
const ofAssertion = (field: "alg" | "kid") => async (site: Site) => {
  await outcomeOf(site, ada);
  const [header = ""] =
    site.provider.to("/token")[0]?.form.get("client_assertion")?.split(".") ?? [];
  return JSON.parse(Buffer.from(header, "base64url").toString() || "{}")[field];
};

/** One for each setting of the catalogue. */
export const cases: Readonly<Record<SettingName, Case>> = {
  clientId: {
    value: "me",
    text: "me",
    beside: { clientId: undefined },
    see: parameter("client_id"),
    without: "settings_invalid",
    with: "me",
  },
  clientSecret: {
    value: client.secret,
    text: client.secret,
    beside: { clientSecret: undefined },
    see: (site) => outcomeOf(site, ada),
    without: "client_refused",
    with: "in",
  },
  scope: {
    value: ["photos", "mail"],
    text: "photos,mail",
    see: parameter("scope"),
    without: "profile",
    with: "photos mail profile",
  },
  ignoreDefaultScope: {
    value: true,
    text: "true",
    beside: { scope: ["photos"] },
    see: parameter("scope"),
    without: "photos profile",
    with: "photos",
  },
  authExtraArguments: {
    value: { prompt: "consent", client_id: "somebody else" },
    text: "prompt=consent&client_id=somebody+else",
    see: async (site) => {
      const { searchParams: asked } = await authorization(site);
      return [asked.get("prompt"), asked.get("client_id")];
    },
    without: [null, client.id],
    with: ["consent", client.id],
  },
  requestTokenExtraArguments: {
    value: { permission: "read only" },
    text: "permission=read%20only",
    backend: ExampleOAuth1,
    see: async (site) => {
      const body = "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true";
      site.provider.on("/request_token", { body });
      await authorization(site);
      return site.provider.to("/request_token")[0]?.query.get("permission");
    },
    without: null,
    with: "read only",
  },
  authorizationUrl: {
    value: "{url}/consent",
    text: "{url}/consent",
    see: async (site) => (await authorization(site)).pathname,
    without: "/authorize",
    with: "/consent",
  },
  accessTokenUrl: {
    value: "{url}/other-token",
    text: "{url}/other-token",
    see: moved("/token", "/other-token", async (site) => {
      await outcomeOf(site, ada);
      return [askedAt(site, "/token"), askedAt(site, "/other-token")];
    }),
    without: [1, 0],
    with: [0, 1],
  },
  refreshTokenUrl: {
    value: "{url}/refresh",
    text: "{url}/refresh",
    see: moved("/token", "/refresh", async (site) => {
      await site.auth.refresh(await accountOf(site, ada));
      return [askedAt(site, "/token"), askedAt(site, "/refresh")];
    }),
    without: [2, 0],
    with: [1, 1],
  },
  revokeTokenUrl: {
    value: "{url}/revoke",
    text: "{url}/revoke",
    beside: { revokeTokensOnDisconnect: true },
    see: async (site) => {
      await disconnectOne(site);
      return askedAt(site, "/revoke");
    },
    without: 0,
    with: 1,
  },
  tokenEndpointAuthMethod: {
    value: "client_secret_basic",
    text: "client_secret_basic",
    see: async (site) => {
      await outcomeOf(site, ada);
      const [asked] = site.provider.to("/token");
      return [asked?.headers.authorization?.split(" ")[0], asked?.form.has("client_secret")];
    },
    without: [undefined, true],
    with: ["Basic", false],
  },
  clientKey: {
    value: clientKey,
    text: clientKey.replaceAll("\n", "\\n"),
    backend: SigningOAuth2,
    see: ofAssertion("alg"),
    without: "settings_invalid",
    with: "RS256",
  },
  clientKeyId: {
    value: "key-1",
    text: "key-1",
    backend: SigningOAuth2,
    beside: { clientKey },
    see: ofAssertion("kid"),
    without: undefined,
    with: "key-1",
  },
  clientKeyAlgorithm: {
    value: "PS256",
    text: "PS256",
    backend: SigningOAuth2,
    beside: { clientKey },
    see: ofAssertion("alg"),
    without: "RS256",
    with: "PS256",
  },
  issuer: {
    value: "https://issuer.example",
    text: "https://issuer.example",
    see: async (site) => {
      const browser = site.browser();
      const back = await browser.leaveFor("example");
      return (await browser.get(`${back}&iss=https://another.example`)).status;
    },
    without: 303,
    with: 400,
  },
  pushedAuthorizationUrl: {
    value: "{url}/par",
    text: "{url}/par",
    see: async (site) => {
      site.provider.on("/par", {
        status: 201,
        body: { request_uri: "urn:pushed", expires_in: 60 },
      });
      return (await authorization(site)).searchParams.get("request_uri");
    },
    without: null,
    with: "urn:pushed",
  },
  usePkce: {
    value: false,
    text: "false",
    see: async (site) => [
      (await authorization(site)).searchParams.has("code_challenge"),
      await outcomeOf(site, ada),
    ],
    without: [true, "in"],
    with: [false, "in"],
  },
  pkceCodeChallengeMethod: {
    value: "plain",
    text: "PLAIN",
    backend: AdjustableOAuth2,
    see: parameter("code_challenge_method"),
    without: "S256",
    with: "plain",
  },
  pkceCodeVerifierLength: {
    value: 64,
    text: "64",
    backend: AdjustableOAuth2,
    beside: { pkceCodeChallengeMethod: "plain" },
    see: async (site) => (await authorization(site)).searchParams.get("code_challenge")?.length,
    without: 43,
    with: 64,
  },
  idKey: {
    value: "login",
    text: "login",
    see: async (site) => {
      await outcomeOf(site, ada);
      const { find } = site.storage.associations;
      return [(await find("example", "1"))?.uid, (await find("example", "ada"))?.uid];
    },
    without: ["1", undefined],
    with: [undefined, "ada"],
  },
  extraData: {
    value: ["login", "email"],
    text: "login email",
    see: async (site) => {
      const { login, email } = (await accountOf(site, ada)).extraData;
      return [login, email];
    },
    without: [undefined, undefined],
    with: ["ada", "ada@example.net"],
  },
  getAllExtraData: {
    value: true,
    text: "true",
    see: async (site) => {
      const { name, access_token: token } = (await accountOf(site, ada)).extraData;
      return [name, site.provider.secrets.includes(String(token))];
    },
    without: [undefined, false],
    with: ["Ada", false],
  },

  whitelistedEmails: {
    value: ["ADA@example.net"],
    text: "ADA@example.net",
    see: ofAll,
    without: ["in", "in", "in"],
    with: ["in", "account_not_allowed", "account_not_allowed"],
  },
  whitelistedDomains: {
    value: ["example.org", "example.com"],
    text: "example.org, example.com",
    see: ofAll,
    without: ["in", "in", "in"],
    with: ["account_not_allowed", "in", "account_not_allowed"],
  },
  usernameIsFullEmail: {
    value: true,
    text: "true",
    see: async (site) => [
      (await userOf(site, ada)).username,
      (await userOf(site, { id: 3, login: "nobody" })).username,
    ],
    without: ["ada", "nobody"],
    with: ["ada@example.net", "nobody"],
  },
  uuidLength: {
    value: 16,
    text: "16",
    see: async (site) => {
      await userOf(site, ada);
      const { username } = await userOf(site, { ...ada, id: 3 });
      return [username.slice(0, 4), username.length - 4];
    },
    without: ["ada-", 8],
    with: ["ada-", 16],
  },
  slugifyUsernames: {
    value: true,
    text: "true",
    see: async (site) => (await userOf(site, { ...ada, login: "Ádá  King" })).username,
    without: "AdaKing",
    with: "ada-king",
  },
  cleanUsernames: {
    value: false,
    text: "false",
    see: async (site) => (await userOf(site, { ...ada, login: " Ádá\u200b King\n" })).username,
    without: "AdaKing",
    with: "Ádá King",
  },
  userFields: {
    value: ["email"],
    text: "email",
    see: async (site) => {
      const { username, email, fullName } = await userOf(site, ada);
      return [username, email, fullName];
    },
    without: ["ada", "ada@example.net", "Ada"],
    with: ["ada", "ada@example.net", ""],
  },
  forceEmailLowercase: {
    value: true,
    text: "1",
    see: async (site) => (await userOf(site, { ...ada, email: "Ada@Example.net" })).email,
    without: "Ada@Example.net",
    with: "ada@example.net",
  },
  protectedUserFields: {
    value: ["fullName"],
    text: "fullName",
    see: async (site) => {
      await userOf(site, ada);
      const { email, fullName } = await userOf(site, { ...bob, id: 1 });
      return [email, fullName];
    },
    without: ["ada@example.net", "Bob"],
    with: ["ada@example.net", "Ada"],
  },
  immutableUserFields: {
    value: ["fullName"],
    text: "fullName",
    see: async (site) => {
      const names = ["", "Ada", "Ada King"];
      const seen: string[] = [];
      for (const name of names) seen.push((await userOf(site, { ...ada, name })).fullName);
      return seen;
    },
    without: ["", "Ada", "Ada King"],
    with: ["", "Ada", "Ada"],
  },
  noDefaultProtectedUserFields: {
    value: true,
    text: "true",
    see: async (site) => {
      await userOf(site, ada);
      return (await userOf(site, { ...ada, email: "ada@example.org" })).email;
    },
    without: "ada@example.net",
    with: "ada@example.org",
  },
  userFieldMapping: {
    value: { username: "fullName", email: "lastName" },
    text: "username=fullName&email=lastName",
    see: async (site) => {
      const first = await userOf(site, ada);
      const second = await userOf(site, { ...ada, login: "ada.king" });
      return [first, second].map(({ lastName, fullName, email }) => [lastName, fullName, email]);
    },
    without: [
      ["", "Ada", "ada@example.net"],
      ["", "Ada", "ada@example.net"],
    ],
    with: [
      ["ada@example.net", "ada", null],
      ["ada@example.net", "ada.king", null],
    ],
  },
  forceEmailValidation: {
    value: true,
    text: "true",
    backend: UnsureOAuth2,
    config: { pipeline: proving },
    see: (site) => outcomeOf(site, ada),
    without: "in",
    with: "asked",
  },
  passwordless: {
    value: true,
    text: "true",
    backend: UnprovenOAuth2,
    config: { pipeline: proving },
    see: async (site) => {
      await knownAda(site);
      return outcomeOf(site, ada);
    },
    without: "in",
    with: "asked",
  },
  revokeTokensOnDisconnect: {
    value: true,
    text: "true",
    backend: RevocableOAuth2,
    see: async (site) => {
      const { status } = await disconnectOne(site);
      return [status, askedAt(site, "/revoke")];
    },
    without: [303, 0],
    with: [303, 1],
  },
  loginRedirectUrl: {
    value: "/home",
    text: "/home",
    see: async (site) => [await endOf(site, ada), await endOf(site, ada, "/ports")],
    without: ["/", "/ports"],
    with: ["/home", "/ports"],
  },
  loginErrorUrl: {
    value: "/failed",
    text: "/failed",
    see: (site) => {
      site.provider.on("/token", { status: 500 });
      return endOf(site, ada);
    },
    without: null,
    with: "/failed?error=provider_failed&backend=example",
  },
  inactiveUserUrl: {
    value: "/disabled",
    text: "/disabled",
    config: { loginErrorUrl: "/failed" },
    see: async (site) => {
      await knownAda(site, false);
      return endOf(site, ada);
    },
    without: "/failed?error=user_inactive&backend=example",
    with: "/disabled?error=user_inactive&backend=example",
  },
  newUserRedirectUrl: {
    value: "/welcome",
    text: "/welcome",
    see: async (site) => [await endOf(site, ada, "/ports"), await endOf(site, ada, "/ports")],
    without: ["/ports", "/ports"],
    with: ["/welcome?next=%2Fports", "/ports"],
  },
  newAssociationRedirectUrl: {
    value: "/accounts?new=1",
    text: "/accounts?new=1",
    see: async (site) => {
      const browser = site.browser();
      return [
        await endOf(site, ada, "/ports", browser),
        await endOf(site, { ...ada, id: 7 }, "/ports", browser),
      ];
    },
    without: ["/ports", "/ports"],
    with: ["/ports", "/accounts?new=1&next=%2Fports"],
  },
  disconnectRedirectUrl: {
    value: "/accounts",
    text: "/accounts",
    config: { loginRedirectUrl: "/home" },
    see: async (site) => (await disconnectOne(site)).headers.get("location"),
    without: "/home",
    with: "/accounts",
  },
  fieldsStoredInSession: {
    value: ["invitation"],
    text: "invitation",
    config: { pipeline: listening },
    see: async (site) => {
      site.provider.profile = { ...ada };
      const browser = site.browser();
      const left = await browser.get("/auth/login/example?invitation=abc&other=def");
      await browser.follow(await browser.follow(left));
      return (await site.storage.users.find(1))?.username;
    },
    without: "{}",
    with: '{"invitation":"abc"}',
  },
  requestsTimeout: {
    value: 5,
    text: "5",
    config: { timeouts: { call: 100, login: 10_000 } },
    see: (site) => {
      site.provider.on("/token", async (request) => {
        await wait(400);
        return site.provider.standard(request);
      });
      return outcomeOf(site, ada);
    },
    without: "provider_timeout",
    with: "in",
  },
  userAgent: {
    value: "portal/1.0 (ops@example.net)",
    text: "portal/1.0 (ops@example.net)",
    see: async (site) => {
      await outcomeOf(site, ada);
      return site.provider.to("/token")[0]?.headers["user-agent"];
    },
    without: "sallyport",
    with: "portal/1.0 (ops@example.net)",
  },

  logoutRedirectUrl: {
    value: "/bye",
    text: "/bye",
    see: async (site) => (await site.browser().post("/auth/logout")).headers.get("location"),
    without: "/",
    with: "/bye",
  },
  allowedRedirectHosts: {
    value: ["docs.example.net"],
    text: "docs.example.net",
    see: async (site) => [
      await endOf(site, ada, "https://docs.example.net/start"),
      await endOf(site, ada, "https://evil.example/"),
    ],
    without: ["/", "/"],
    with: ["https://docs.example.net/start", "/"],
  },
  recentSignIn: {
    value: 60,
    text: "60",
    see: async (site) => {
      const browser = site.browser();
      await outcomeOf(site, ada, browser);
      site.clock.advance(5);
      return outcomeOf(site, { ...ada, id: 7 }, browser);
    },
    without: "in",
    with: "sign_in_again",
  },
};
