import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import {
  Clock,
  refresh,
  sandboxForTests,
  tokensFor,
  tokensOf,
  withToken,
} from "./relying-party.ts";

const clock = new Clock();
const sandbox = sandboxForTests({ now: clock.now });

async function verified(idToken: string | undefined): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${sandbox().url}/oauth2/.well-known/jwks.json`));
  const { payload } = await jwtVerify(idToken ?? "", keys, {
    issuer: `${sandbox().url}/oauth2`,
    audience: "sandbox-client",
    algorithms: ["RS256"],
    currentDate: new Date(clock.now()),
  });
  return payload;
}

async function getJson(path: string): Promise<Record<string, unknown>> {
  return (await (await fetch(sandbox().url + path)).json()) as Record<string, unknown>;
}

describe("discovery", () => {
  const openid = ["/oauth2/.well-known/openid-configuration", "/.well-known/openid-configuration"];

  for (const path of openid) {
    it(`names the issuer …/oauth2 at ${path}`, async () => {
      const document = await getJson(path);
      assert.equal(document.issuer, `${sandbox().url}/oauth2`);
      assert.equal(document.token_endpoint, `${sandbox().url}/oauth2/token/`);
      assert.equal(document.userinfo_endpoint, `${sandbox().url}/oauth2/userinfo/`);
      assert.deepEqual(await getJson(`${path}/`), document);
    });
  }

  it("promises client_secret_basic and HS256, which do not work", async () => {
    const document = await getJson("/oauth2/.well-known/openid-configuration");
    assert.deepEqual(document.token_endpoint_auth_methods_supported, [
      "client_secret_post",
      "client_secret_basic",
    ]);
    assert.deepEqual(document.id_token_signing_alg_values_supported, ["RS256", "HS256"]);
  });

  it("follows the host it was reached by", async () => {
    const { port } = sandbox();
    const reached = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`);
    const { issuer } = (await reached.json()) as { issuer: string };
    assert.equal(issuer, `http://127.0.0.1:${port}/oauth2`);
  });

  it("has the server's metadata at both places, with PeeringDB's own names", async () => {
    const document = await getJson("/oauth2/.well-known/oauth-authorization-server");
    assert.deepEqual(await getJson("/.well-known/oauth-authorization-server"), document);
    assert.equal(document.revocation_endpoint, `${sandbox().url}/oauth2/revoke_token/`);
    assert.deepEqual(document.signing_algorithms_supported, ["RS256", "HS256"]);
    assert.ok(Array.isArray(document.oidc_claims_supported));
  });
});

describe("the id_token", () => {
  it("comes only with the scope openid", async () => {
    assert.equal((await tokensFor(sandbox())).id_token, undefined);
    assert.ok((await tokensFor(sandbox(), 1001, { scope: "openid" })).id_token);
  });

  it("is signed with RS256 and holds the standard claims", async () => {
    const parameters = { scope: "openid profile", nonce: "the-nonce" };
    const { id_token, access_token } = await tokensFor(sandbox(), 1001, parameters);
    const header = decodeProtectedHeader(id_token ?? "");
    assert.deepEqual([header.alg, header.typ, typeof header.kid], ["RS256", "JWT", "string"]);
    const claims = await verified(id_token);
    const seconds = clock.now() / 1000;
    const hash = createHash("sha256").update(access_token).digest().subarray(0, 16);
    assert.equal(claims.sub, "1001");
    assert.equal(claims.nonce, "the-nonce");
    assert.equal(claims.auth_time, seconds);
    assert.equal(claims.iat, seconds);
    assert.equal(claims.exp, seconds + 36_000);
    assert.equal(claims.at_hash, hash.toString("base64url"));
    assert.equal(typeof claims.jti, "string");
  });

  it("has null for what the scopes do not grant", async () => {
    const { id_token } = await tokensFor(sandbox(), 1001, { scope: "openid" });
    const claims = await verified(id_token);
    const names = ["id", "name", "given_name", "family_name", "verified_user"];
    for (const name of [...names, "email", "email_verified", "networks"]) {
      assert.equal(claims[name], null, name);
    }
    assert.deepEqual(claims.amr, ["pwd", "otp", "mfa"]);
  });

  it("calls it email_verified and tells no manage_peering_sessions", async () => {
    const { id_token } = await tokensFor(sandbox(), 1006, { scope: undefined });
    const claims = await verified(id_token);
    assert.equal(claims.email_verified, true);
    assert.ok(!("verified_email" in claims));
    assert.deepEqual(claims.networks, [{ id: 201, name: "Alpha Net", asn: 64496, perms: 1 }]);
  });

  it("comes with a refresh too, without nonce and AMR", async () => {
    const parameters = { scope: "openid amr", nonce: "the-nonce" };
    const first = await tokensFor(sandbox(), 1001, parameters);
    clock.advance(60);
    const second = await tokensOf(await refresh(sandbox(), first.refresh_token));
    const claims = await verified(second.id_token);
    assert.equal(claims.nonce, undefined);
    assert.deepEqual(claims.amr, []);
    assert.equal(claims.auth_time, clock.now() / 1000 - 60);
  });
});

describe("userinfo", () => {
  it("says the same as the id_token, but for the AMR, which is always empty", async () => {
    const { access_token, id_token } = await tokensFor(sandbox(), 1001, { scope: undefined });
    const claims = await verified(id_token);
    const response = await withToken(sandbox(), "/oauth2/userinfo/", access_token);
    const said = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(said.amr, []);
    assert.equal(said.sub, "1001");
    for (const name of ["name", "email", "email_verified", "verified_user", "networks"]) {
      assert.deepEqual(said[name], claims[name], name);
    }
  });

  it("refuses a wrong token, or one without the scope openid, with a Bearer challenge", async () => {
    const { access_token } = await tokensFor(sandbox());
    for (const token of ["wrong", access_token]) {
      const response = await withToken(sandbox(), "/oauth2/userinfo/", token);
      assert.equal(response.status, 401);
      assert.match(response.headers.get("www-authenticate") ?? "", /error="invalid_token"/);
    }
  });
});
