import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createAuth, html } from "sallyport";
import { hono } from "sallyport/adapters/hono";
import { GitHubOAuth2 } from "sallyport/backends/github";
import { PeeringDBOAuth2 } from "sallyport/backends/peeringdb";
import { sqliteStorage } from "sallyport/storage/sqlite";

// Client ids and secrets come from SOCIAL_AUTH_GITHUB_KEY, SOCIAL_AUTH_GITHUB_SECRET, and so on.
const port = Number(process.env.PORT ?? 3000);
const auth = createAuth({
  baseUrl: process.env.BASE_URL ?? `http://localhost:${port}`,
  secrets: [process.env.SALLYPORT_SECRET ?? ""],
  storage: sqliteStorage(process.env.DATABASE ?? "example.db"),
  backends: [new PeeringDBOAuth2(), new GitHubOAuth2()],
});

const app = new Hono();
app.use(hono(auth));
app.get("/", async (c) => {
  const user = await auth.user(c.req.raw);
  const page = user
    ? html`<p>Hello ${user.username}</p>
<form method="post" action="/auth/logout"><button>Sign out</button></form>`
    : html`<p><a href="/auth/login">Sign in</a></p>`;
  return c.html(page.text);
});
serve({ fetch: app.fetch, port }, () => console.log(`Open http://localhost:${port}`));
