import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { type TestContext, test } from "node:test";
import { type Context, context, ROOT_CONTEXT, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { failureOf } from "./backend.ts";
import { ExampleOAuth2, settingsFor, startSite } from "./site.ts";

// OpenTelemetry's own SDK, and what makes a span the child of the one around it.
const active = new AsyncLocalStorage<Context>();
context.setGlobalContextManager({
  active: () => active.getStore() ?? ROOT_CONTEXT,
  with: (inner, run, self, ...given) => active.run(inner, () => run.call(self, ...given)),
  bind: (_, target) => target,
  enable() {
    return this;
  },
  disable() {
    return this;
  },
});

async function startTraced(t: TestContext, options: Parameters<typeof startSite>[1] = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  t.after(() => provider.shutdown());
  const site = await startSite(t, { tracer: provider.getTracer("sallyport"), ...options });
  /** The spans since the last time, each by its name, below the name of the one around it. */
  const spans = () => {
    const all = exporter.getFinishedSpans().slice();
    exporter.reset();
    return all;
  };
  return { ...site, spans };
}

function paths(spans: readonly ReadableSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  const pathOf = (span: ReadableSpan): string => {
    const parent = byId.get(span.parentSpanContext?.spanId ?? "");
    return parent ? `${pathOf(parent)} > ${span.name}` : span.name;
  };
  return spans.map(pathOf);
}

test("a login is two spans, with its requests and steps below them", async (t) => {
  const { browser, provider, spans } = await startTraced(t);
  await browser().signIn("example");
  const found = spans();
  const seen = paths(found);
  assert.deepEqual(seen.slice(0, 3), [
    "sallyport.begin",
    "sallyport.complete > POST",
    "sallyport.complete > GET",
  ]);
  assert.ok(seen.includes("sallyport.complete > sallyport.step create-user"));
  assert.equal(seen.at(-1), "sallyport.complete");

  const [begin, post] = found;
  assert.deepEqual(begin?.attributes, { "sallyport.backend": "example" });
  assert.equal(begin?.kind, SpanKind.INTERNAL);
  assert.equal(post?.kind, SpanKind.CLIENT);
  assert.deepEqual(post?.attributes, {
    "http.request.method": "POST",
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(provider.origin).port),
    "url.full": `${provider.origin}/token`,
    "http.response.status_code": 200,
  });
  const step = found.find(({ name }) => name === "sallyport.step create-user");
  assert.deepEqual(step?.attributes, {
    "sallyport.step": "create-user",
    "sallyport.phase": "within",
  });
  assert.deepEqual(
    found.filter(({ status }) => status.code !== SpanStatusCode.UNSET),
    [],
  );
});

test("what failed says so by its code, and by no word more", async (t) => {
  const { browser, provider, spans } = await startTraced(t);
  provider.on("/profile", { status: 500, body: "secret words" });
  await browser().signIn("example");
  provider.on("/token", "drop");
  await browser().signIn("example");
  const failed = spans()
    .filter(({ status }) => status.code === SpanStatusCode.ERROR)
    .map(({ name, attributes, status, events }) => {
      assert.equal(status.message, undefined);
      assert.deepEqual(events, []);
      return `${name} ${attributes["error.type"]}`;
    });
  assert.deepEqual(failed, [
    "GET 500",
    "sallyport.complete provider_failed",
    "POST provider_unreachable",
    "sallyport.complete provider_unreachable",
  ]);
});

test("a refresh is a span of the one who asks, and of none who waits", async (t) => {
  const { auth, browser, clock, storage, spans } = await startTraced(t);
  await browser().signIn("example");
  const account = await storage.associations.find("example", "1");
  assert.ok(account);
  const user = { id: account.userId };
  spans();
  await auth.accessToken(user, "example");
  assert.deepEqual(spans(), []);
  clock.advance(61);
  await Promise.all(Array.from({ length: 3 }, () => auth.accessToken(user, "example")));
  assert.deepEqual(paths(spans()), ["sallyport.refresh > POST", "sallyport.refresh"]);
  await failureOf(auth.signInWithToken("example", "token"));
  assert.deepEqual(paths(spans()), ["sallyport.token-sign-in"]);
});

test("a disconnect is a span, too, with its steps", async (t) => {
  const { browser, provider, spans } = await startTraced(t);
  const one = browser();
  await one.signIn("example");
  provider.profile = { id: 2, login: "ada" };
  await one.signIn("second");
  spans();
  await one.post("/auth/disconnect/second");
  const seen = paths(spans());
  assert.equal(seen.at(0), "sallyport.disconnect > sallyport.step get-entries");
  assert.equal(seen.at(-1), "sallyport.disconnect");
});

test("no span has a secret, or the query of an address", async (t) => {
  class Queried extends ExampleOAuth2 {
    override readonly accessTokenMethod = "GET";
  }
  const { browser, provider, spans } = await startTraced(t, {
    backends: (at) => [new Queried(settingsFor(at))],
  });
  await browser().signIn("example");
  assert.ok(provider.to("/token")[0]?.query.has("client_secret"));
  const told = JSON.stringify(spans().map(({ name, attributes }) => ({ name, attributes })));
  for (const secret of provider.secrets) assert.ok(!told.includes(secret));
  assert.doesNotMatch(told, /[?=]/);
});
