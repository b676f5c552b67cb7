import { InvalidInput, isObject, shown } from "./invalid-input.ts";

/** An application registered at the sandbox. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

/** The application that is registered where none is named. */
export const defaultClient: Client = { id: "sandbox-client", secret: "sandbox-secret" };

/** What is registered: the applications, and where their users may be sent back to. */
export class Clients {
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #redirectUris: readonly URL[];
  readonly #strict: boolean;

  constructor(settings: {
    readonly clients: readonly Client[];
    /** None named means that every address will do. */
    readonly redirectUris: readonly string[];
    /** Demand https in redirect URIs, as PeeringDB does. */
    readonly strict: boolean;
  }) {
    this.#secrets = new Map(settings.clients.map(checked).map(({ id, secret }) => [id, secret]));
    this.#redirectUris = settings.redirectUris.map((uri) => {
      if (!URL.canParse(uri)) throw new InvalidInput(`redirect URI: ${shown(uri)} is no address`);
      return new URL(uri);
    });
    this.#strict = settings.strict;
  }

  list(): readonly Client[] {
    return [...this.#secrets].map(([id, secret]) => ({ id, secret }));
  }

  has(id: string): boolean {
    return this.#secrets.has(id);
  }

  /** The application whose id and secret stand in the form (client_secret_post), if they agree. */
  authenticate(form: URLSearchParams): string | undefined {
    const id = form.get("client_id");
    if (id === null || !this.#secrets.has(id)) return undefined;
    return this.#secrets.get(id) === form.get("client_secret") ? id : undefined;
  }

  /** What is wrong with a redirect URI, in words; undefined if nothing is. */
  redirectProblem(uri: string | null): string | undefined {
    if (!uri) return "The request has no redirect_uri.";
    if (!URL.canParse(uri)) return `The redirect_uri ${shown(uri)} is no absolute address.`;
    const url = new URL(uri);
    if (url.hash !== "") return `The redirect_uri ${shown(uri)} has a fragment.`;
    if (url.protocol !== "https:" && this.#strict) {
      return `The redirect_uri ${shown(uri)} is not https, which PeeringDB (and this sandbox with --strict) demands.`;
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      return `The redirect_uri ${shown(uri)} is neither https nor http.`;
    }
    const known = this.#redirectUris;
    if (known.length > 0 && !known.some((registered) => covers(registered, url))) {
      return `The redirect_uri ${shown(uri)} is not registered.`;
    }
    return undefined;
  }
}

/**
 * Scheme, host, port and path exactly, the registered query as a subset.
 *
 * https://github.com/django-oauth/django-oauth-toolkit/blob/3.3.0/oauth2_provider/models.py#L883
 */
function covers(registered: URL, asked: URL): boolean {
  if (registered.origin !== asked.origin || registered.pathname !== asked.pathname) return false;
  return [...registered.searchParams].every(([name, value]) =>
    asked.searchParams.getAll(name).includes(value),
  );
}

function checked(client: unknown): Client {
  if (isObject(client) && typeof client.id === "string" && typeof client.secret === "string") {
    if (client.id !== "") return { id: client.id, secret: client.secret };
  }
  throw new InvalidInput(`clients: expected { id, secret }, got ${shown(client)}`);
}
