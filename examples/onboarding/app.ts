import express from "express";
import { createAuth } from "sallyport";
import { express as sallyport } from "sallyport/adapters/express";
import { OidcAuth } from "sallyport/backends/oidc";
import { PeeringDBOAuth2 } from "sallyport/backends/peeringdb";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { accountsPage, style, termsPage, welcomePage } from "./pages.ts";
import { onboarding } from "./pipeline.ts";

// Client ids and secrets come from SOCIAL_AUTH_PEERINGDB_KEY, SOCIAL_AUTH_OIDC_OIDC_ENDPOINT, …
const port = Number(process.env.PORT ?? 3000);
const backends = [new PeeringDBOAuth2(), new OidcAuth()];
const auth = createAuth({
  baseUrl: process.env.BASE_URL ?? `http://localhost:${port}`,
  secrets: [process.env.SALLYPORT_SECRET ?? ""],
  storage: sqliteStorage(process.env.DATABASE ?? "onboarding.db"),
  backends,
  pipeline: onboarding,
});
const ways = Object.fromEntries(backends.map(({ name, title }) => [name, title]));

const app = express();
app.use(sallyport(auth));
app.get("/", async (request, response) => {
  const user = await auth.user(request);
  const page = user ? accountsPage(user, await auth.associations(user), ways) : welcomePage;
  // Who goes back after signing out finds the welcome, not the page of before.
  response.set("cache-control", "no-store").send(page.text);
});
app.get("/terms", (_request, response) => void response.send(termsPage.text));
app.get("/style.css", (_request, response) => void response.type("css").send(style));
app.listen(port, () => console.log(`Open http://localhost:${port}`));
