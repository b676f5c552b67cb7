import { createServer } from "node:http";
import { createAuth, html } from "sallyport";
import { node } from "sallyport/adapters/node";
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

const server = createServer(
  node(auth, async (request, response) => {
    const user = await auth.user(request);
    const page = user
      ? html`<p>Hello ${user.username}</p>
<form method="post" action="/auth/logout"><button>Sign out</button></form>`
      : html`<p><a href="/auth/login">Sign in</a></p>`;
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page.text);
  }),
);
server.listen(port, () => console.log(`Open http://localhost:${port}`));
