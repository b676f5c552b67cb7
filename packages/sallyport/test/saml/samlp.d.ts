// What the tests use of samlp, which brings no types.
declare module "samlp" {
  import type { RequestHandler } from "express";

  /** How a response is made: the options of `samlp` and, below it, of `saml`. */
  export interface ResponseOptions {
    issuer: string;
    cert: string;
    key: string;
    audience?: string;
    destination?: string;
    recipient?: string;
    inResponseTo?: string | undefined;
    lifetimeInSeconds?: number;
    sessionIndex?: string;
    signAssertion?: boolean;
    signResponse?: boolean;
    signatureAlgorithm?: string;
    digestAlgorithm?: string;
    encryptionCert?: string;
    encryptionPublicKey?: string;
    nameIdentifierFormat?: string;
    samlStatusCode?: string;
    profileMapper: (user: unknown) => {
      getClaims(): Readonly<Record<string, unknown>>;
      getNameIdentifier(): { readonly nameIdentifier: string };
    };
  }

  interface Samlp {
    getSamlResponse(
      options: ResponseOptions,
      user: unknown,
      done: (error: Error | null, response: string) => void,
    ): void;
    auth(
      options: ResponseOptions & {
        signingCert: string;
        getUserFromRequest: () => unknown;
        getPostURL: (
          audience: string,
          request: unknown,
          incoming: unknown,
          done: (error: Error | null, url: string) => void,
        ) => void;
      },
    ): RequestHandler;
  }
  const samlp: Samlp;
  export default samlp;
}
