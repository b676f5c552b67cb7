import express from "express";
import { createAuth } from "sallyport";
import { express as sallyport } from "sallyport/adapters/express";
import { GitHubOAuth2 } from "sallyport/backends/github";
import { sqliteStorage } from "sallyport/storage/sqlite";

const auth = createAuth({
  baseUrl: "http://localhost:42915",
  secrets: [process.env.SALLYPORT_SECRET ?? ""], // openssl rand -hex 32
  storage: sqliteStorage("app.db"),
  backends: [new GitHubOAuth2()], // SOCIAL_AUTH_GITHUB_KEY and SOCIAL_AUTH_GITHUB_SECRET
});

const app = express();
app.use(sallyport(auth));
app.get("/", async (request, response) => {
  const user = await auth.user(request);
  response.type("text").send(user ? `Hello ${user.username}` : "Sign in at /auth/login/github");
});
app.listen(42915);
