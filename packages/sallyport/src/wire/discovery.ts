import { AuthError } from "../errors.ts";
import { Cache } from "./cache.ts";
import { type Reader, readPublished } from "./published.ts";

/** What there is to know about an OpenID provider, by the names of the backends' attributes. */
export interface ProviderMetadata {
  /** `iss` of everything that the provider signs. */
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly accessTokenUrl: string;
  readonly jwksUri: string;
  readonly userinfoUrl?: string | undefined;
  readonly endSessionEndpoint?: string | undefined;
  /** Where authorization requests may be pushed to (RFC 9126, section 5). */
  readonly pushedAuthorizationUrl?: string | undefined;
  /** The provider takes pushed authorization requests only. */
  readonly requiresPushedRequests: boolean;
  /** Every answer names the issuer (RFC 9207, section 3). */
  readonly namesIssuer: boolean;
  /** How a client may prove itself; empty where the provider does not say. */
  readonly tokenAuthMethods: readonly string[];
}

/** What is known without asking. */
export type KnownMetadata = {
  readonly [Name in keyof ProviderMetadata]?: ProviderMetadata[Name] | undefined;
};

/** Which provider, and where it describes itself. */
export interface DiscoveryTarget {
  /** What stands before `/.well-known/openid-configuration`. */
  readonly endpoint: string;
  /** The issuer that the document must name: the endpoint itself, unless set otherwise. */
  readonly issuer: string;
}

/** Discovery documents, each fetched once in ten minutes (OpenID Connect Discovery, section 4). */
export class Discovery {
  readonly #documents = new Cache<Readonly<Record<string, unknown>>>();

  /**
   * What the provider says about itself; `known` goes before it.
   *
   * @throws `discovery_failed` where the document names another issuer (section 4.3), lacks
   * something that no login can do without, or names an address that is not https, and what
   * {@link readPublished} throws.
   */
  async find(
    reader: Reader,
    target: DiscoveryTarget,
    known: KnownMetadata = {},
  ): Promise<ProviderMetadata> {
    const url = documentUrl(target.endpoint);
    const document = await this.#documents.get(`${target.issuer} ${url}`, reader.now, async () => {
      const read = await readPublished(reader, url);
      if (read.issuer === target.issuer) return read;
      const named = JSON.stringify(String(read.issuer).slice(0, 200));
      throw failure(reader, `${url} is for the issuer ${named}, not for "${target.issuer}"`);
    });
    return toMetadata(reader, target, document, known);
  }
}

/** Where an issuer's document is: any slash at its end goes first (section 4.1). */
function documentUrl(endpoint: string): string {
  return `${endpoint.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

function toMetadata(
  reader: Reader,
  { endpoint, issuer }: DiscoveryTarget,
  document: Readonly<Record<string, unknown>>,
  known: KnownMetadata,
): ProviderMetadata {
  const methods = document.token_endpoint_auth_methods_supported;
  return {
    issuer,
    authorizationUrl: known.authorizationUrl ?? required("authorization_endpoint"),
    accessTokenUrl: known.accessTokenUrl ?? required("token_endpoint"),
    jwksUri: known.jwksUri ?? required("jwks_uri"),
    userinfoUrl: known.userinfoUrl ?? optional("userinfo_endpoint"),
    endSessionEndpoint: known.endSessionEndpoint ?? optional("end_session_endpoint"),
    pushedAuthorizationUrl:
      known.pushedAuthorizationUrl ?? optional("pushed_authorization_request_endpoint"),
    requiresPushedRequests: document.require_pushed_authorization_requests === true,
    namesIssuer: document.authorization_response_iss_parameter_supported === true,
    tokenAuthMethods: Array.isArray(methods) ? methods.map(String) : [],
  };

  function required(name: string): string {
    const url = optional(name);
    if (url !== undefined) return url;
    throw failure(reader, `the discovery document of ${issuer} has no ${name}`);
  }

  // The document may lead the browser, or our requests, to https, or to where it came from.
  function optional(name: string): string | undefined {
    const url = document[name];
    if (url === undefined || url === null) return undefined;
    if (typeof url === "string" && URL.canParse(url)) {
      const { protocol, origin } = new URL(url);
      if (protocol === "https:" || origin === new URL(endpoint).origin) return url;
    }
    throw failure(reader, `the discovery document of ${issuer} has a ${name} that is not https`);
  }
}

function failure({ backend, stage }: Reader, message: string): AuthError {
  return new AuthError("discovery_failed", { stage, backend, message: `${backend}: ${message}` });
}
