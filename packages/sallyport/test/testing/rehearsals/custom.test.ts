import assert from "node:assert/strict";
import { test } from "node:test";
import type { Arrival } from "../../../src/backend.ts";
import { RemoteUser } from "../../../src/backends/remote-user.ts";
import { failuresOf, fixtureOf } from "../failures.ts";

test("a header that anybody can send is found", async () => {
  class Credulous extends RemoteUser {
    override authComplete(arrival: Arrival) {
      const headers = { ...arrival.headers, "x-proxy-secret": String(this.settings.proxySecret) };
      return super.authComplete({ ...arrival, headers });
    }
  }
  const fixture = fixtureOf("remote-user");
  const failures = await failuresOf((settings) => new Credulous(settings), fixture);
  assert.deepEqual(
    [...failures.keys()],
    ["a request without the proxy's secret is refused", "a request with another secret is refused"],
  );
});

test("a callback that is posted is rehearsed as a form", async () => {
  const methods = new Set<string>();
  class Posting extends RemoteUser {
    override readonly postCallback = true;
    override async authUrl(...args: Parameters<RemoteUser["authUrl"]>) {
      const { location } = await super.authUrl(...args);
      return { location: `${location}&response_mode=form_post` };
    }
    override authComplete(arrival: Arrival) {
      methods.add(arrival.callback.get("word") ?? "none");
      return super.authComplete(arrival);
    }
  }
  const fixture = fixtureOf("remote-user");
  const { departure } = fixture;
  assert.ok("parameters" in departure);
  const parameters = { ...departure.parameters, response_mode: "form_post" };
  const posted = {
    ...fixture,
    callback: { word: "posted" },
    departure: { ...departure, parameters },
  };
  assert.deepEqual(await failuresOf((settings) => new Posting(settings), posted), new Map());
  assert.deepEqual([...methods], ["posted"]);
  // A backend that takes no form is not asked in vain.
  const refusing = await failuresOf((settings) => new RemoteUser(settings), posted);
  assert.ok(refusing.has("finds out who came back"));
});
