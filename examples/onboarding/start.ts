import { randomBytes } from "node:crypto";
import { startSandbox } from "sallyport-sandbox";

// The application beside a pretend PeeringDB, ready to be clicked. Settings of your own win.
const sandbox = await startSandbox({ port: Number(process.env.SANDBOX_PORT ?? 4000) });
process.env = {
  // In memory: everybody is new again after the next start.
  DATABASE: ":memory:",
  SALLYPORT_SECRET: randomBytes(32).toString("hex"),
  SOCIAL_AUTH_PEERINGDB_URL: sandbox.url,
  SOCIAL_AUTH_PEERINGDB_KEY: "sandbox-client",
  SOCIAL_AUTH_PEERINGDB_SECRET: "sandbox-secret",
  SOCIAL_AUTH_OIDC_OIDC_ENDPOINT: `${sandbox.url}/oauth2`,
  SOCIAL_AUTH_OIDC_KEY: "sandbox-client",
  SOCIAL_AUTH_OIDC_SECRET: "sandbox-secret",
  // The sandbox, as PeeringDB, promises `client_secret_basic` and refuses it.
  SOCIAL_AUTH_OIDC_TOKEN_ENDPOINT_AUTH_METHOD: "client_secret_post",
  ...process.env,
};
await import("./app.ts");
