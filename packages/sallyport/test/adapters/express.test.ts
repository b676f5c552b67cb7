import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import express from "express";
import { express as sallyport } from "../../src/adapters/express.ts";
import type { Auth } from "../../src/index.ts";
import { adapterCases } from "./cases.ts";
import { startServer } from "./server.ts";

/** An Express application with the library at a path, or before everything. */
function application(auth: Auth, mount?: string) {
  const app = express();
  if (mount === undefined) app.use(sallyport(auth));
  else app.use(mount, sallyport(auth));
  app.get("/me", async (request, response) => {
    response.end((await auth.user(request))?.username ?? "nobody");
  });
  app.use((_request, response) => {
    response.end("the application's own");
  });
  return app;
}

const start = (t: TestContext) => startServer(t, application);

adapterCases(start);

test("mounted at its own path it serves the same routes", async (t) => {
  const { browser } = await startServer(t, (auth) => application(auth, "/auth"));
  assert.equal((await browser().signIn("example")).status, 303);
});

test("behind a body parser it works as well", async (t) => {
  const { origin } = await startServer(t, (auth) =>
    express().use(express.urlencoded({ extended: false }), sallyport(auth)),
  );
  const answer = await fetch(`${origin}/auth/login/example`, {
    method: "POST",
    redirect: "manual",
    headers: { origin, "content-type": "application/x-www-form-urlencoded" },
    body: "a=1",
  });
  assert.equal(answer.status, 303);
});

test("a fault on the way is Express's to answer", async (t) => {
  const { origin } = await startServer(t, (auth) => {
    const broken: Auth = { ...auth, answer: () => Promise.reject(new Error("broken")) };
    const answerFault: express.ErrorRequestHandler = (error, _request, response, _next) => {
      response.status(500).end(`caught: ${error.message}`);
    };
    return express().use(sallyport(broken), answerFault);
  });
  assert.equal(await (await fetch(origin)).text(), "caught: broken");
});
