import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import express from "express";
import samlp, { type ResponseOptions } from "samlp";
import { makeKeyPair } from "./certificate.ts";

// Identity providers on samlp, which somebody else wrote: a server to sign in at, and responses
// that are made to measure.

/** Keys of two identity providers, and ours. */
export const acmeKeys = makeKeyPair("Acme's identity provider");
export const otherKeys = makeKeyPair("another identity provider");
export const ourKeys = makeKeyPair("our site");

export const acmeEntityId = "https://idp.acme.example/metadata";
export const ourEntityId = "https://portal.example.net/saml";

/** Who signs in: the name identifier, and attributes by their names. */
export interface SamlPerson {
  readonly nameId: string;
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

export const ada: SamlPerson = {
  nameId: "ada-4711",
  attributes: {
    "urn:oid:0.9.2342.19200300.100.1.1": "ada",
    "urn:oid:0.9.2342.19200300.100.1.3": ["ada@acme.example", "lovelace@acme.example"],
    "urn:oid:2.5.4.42": "Ada",
    "urn:oid:2.5.4.4": "Lovelace",
    department: "Engines",
  },
};

/** A response's document, signed by Acme unless the options say otherwise. */
export function respond(
  options: Partial<ResponseOptions>,
  person: SamlPerson = ada,
): Promise<string> {
  const all = { ...optionsFor(person), ...options };
  return new Promise((resolve, reject) => {
    samlp.getSamlResponse(all, person, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

/**
 * Serves Acme's sign-in, where `person` is signed in already; it wants our requests signed.
 * Its answer goes to `acs`.
 */
export async function startIdentityProvider(
  t: TestContext,
  person = ada,
  acs = () => "https://portal.example.net/auth/complete/saml",
): Promise<string> {
  const app = express();
  app.get("/sso", (request, response, next) =>
    samlp.auth({
      ...optionsFor(person),
      destination: acs(),
      recipient: acs(),
      signingCert: ourKeys.cert,
      getUserFromRequest: () => person,
      getPostURL: (_audience, _request, _incoming, done) => done(null, acs()),
    })(request, response, next),
  );
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sso?tenant=acme`;
}

function optionsFor({ nameId, attributes }: SamlPerson): ResponseOptions {
  return {
    issuer: acmeEntityId,
    ...acmeKeys,
    signatureAlgorithm: "rsa-sha256",
    digestAlgorithm: "sha256",
    lifetimeInSeconds: 300,
    sessionIndex: "_session-1",
    profileMapper: () => ({
      getClaims: () => attributes,
      getNameIdentifier: () => ({ nameIdentifier: nameId }),
    }),
  };
}
