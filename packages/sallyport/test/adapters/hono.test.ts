import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { hono } from "../../src/adapters/hono.ts";
import type { Auth } from "../../src/index.ts";
import { origin, startSite } from "../site.ts";
import { adapterCases } from "./cases.ts";
import { startServer } from "./server.ts";

function application(auth: Auth): Hono {
  const app = new Hono();
  app.use(hono(auth));
  app.get("/me", async (context) =>
    context.text((await auth.user(context.req.raw))?.username ?? "nobody"),
  );
  app.all("*", (context) => context.text("the application's own"));
  return app;
}

adapterCases((t: TestContext) =>
  startServer(t, (auth) => getRequestListener(application(auth).fetch)),
);

test("it needs no server of Node's", async (t) => {
  const { auth } = await startSite(t);
  const app = application(auth);
  const left = await app.request(`${origin}/auth/login/example`);
  assert.equal(left.status, 303);
  assert.equal(left.headers.getSetCookie().length, 1);
  assert.equal(await (await app.request(`${origin}/ports`)).text(), "the application's own");
});
