import type { BaseAuth } from "./backend.ts";
import { AuthError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { storageOfTenant } from "./tenant-storage.ts";

/** What is known of a request when its tenant is asked for. */
export interface TenantRequest {
  /** Its path and query behind the configured origin, or the address as the server read it. */
  readonly url: string;
  /** Asked by lower-case names only: `host`, say, to choose among tenants that are configured. */
  readonly headers: Pick<Headers, "get">;
}

/** Backends of one tenant; undefined where there is no such tenant (any more). */
export type TenantBackends = (tenant: string) => MaybeLater<readonly BaseAuth[] | undefined>;

/** A value, or a promise of it. */
export type MaybeLater<T> = T | Promise<T>;

/** The refusal of whoever names a tenant that there is not. */
export function unknownTenant(message: string): AuthError {
  return new AuthError("tenant_unknown", { stage: "request", message });
}

/**
 * A tenant's name: what stands in front of its accounts' uids, and in addresses.
 *
 * @throws `tenant_unknown` where it is none, or no name that can be a tenant's.
 */
export function checkedTenant(name: string | undefined): string {
  if (name === undefined) throw unknownTenant("the request is for no tenant");
  if (/^[A-Za-z0-9][\w.-]{0,62}$/.test(name)) return name;
  throw unknownTenant("a tenant's name is up to 63 letters, digits, dots, hyphens and underscores");
}

/** The gate as a tenant's logins pass it: its own accounts, and its name on all that is told. */
export function gateOfTenant(gate: Gate, tenant: string): Gate {
  const { logger, events } = gate;
  return {
    ...gate,
    tenant,
    storage: storageOfTenant(gate.storage, tenant),
    logger: {
      info: (message, facts) => logger.info(message, { tenant, ...facts }),
      warn: (message, facts) => logger.warn(message, { tenant, ...facts }),
      error: (message, facts) => logger.error(message, { tenant, ...facts }),
    },
    events: {
      on: (name, listener) => events.on(name, listener),
      emit: (name, facts) => events.emit(name, { ...facts, tenant }),
    },
  };
}

/** The most tenants that are kept; past that the one longest unused goes. */
export const mostTenants = 1000;

/**
 * What was made for each tenant, kept for a time. Whoever wants the same at the same time
 * shares one making, and no failure is kept.
 */
export class TenantCache<T> {
  readonly #made = new Map<string, { readonly value: Promise<T>; readonly until: number }>();
  readonly #lifetime: number;

  /** @param lifetime in milliseconds. */
  constructor(lifetime: number) {
    this.#lifetime = lifetime;
  }

  get(tenant: string, now: Date, make: () => Promise<T>): Promise<T> {
    const known = this.#made.get(tenant);
    const fresh = known && now.getTime() < known.until;
    const kept = fresh ? known : { value: make(), until: now.getTime() + this.#lifetime };
    // A map remembers in which order its keys came: the first one was used longest ago.
    this.#made.delete(tenant);
    this.#made.set(tenant, kept);
    const [oldest] = this.#made.keys();
    if (this.#made.size > mostTenants && oldest !== undefined) this.#made.delete(oldest);
    if (!fresh) {
      kept.value.catch(() => {
        if (this.#made.get(tenant) === kept) this.#made.delete(tenant);
      });
    }
    return kept.value;
  }

  /** The next one who asks gets a new one. */
  forget(tenant: string): void {
    this.#made.delete(tenant);
  }
}
