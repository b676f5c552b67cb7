import type { BaseAuth } from "../backend.ts";
import {
  checkedTenant,
  gateOfTenant,
  type MaybeLater,
  type TenantBackends,
  TenantCache,
  type TenantRequest,
  unknownTenant,
} from "../tenants.ts";
import { addressesAt } from "./addresses.ts";
import type { WithHeaders } from "./incoming.ts";
import { answer, refused } from "./routes.ts";
import { cookiesOf, type Sites } from "./sites.ts";
import { readSession, type Site } from "./visit.ts";

/** What tells the application's tenants apart. */
export interface Tenancy {
  readonly tenant: (request: TenantRequest) => MaybeLater<string | undefined>;
  readonly backends: TenantBackends;
  /** Binds a tenant's backends and checks them. @throws `settings_invalid` */
  readonly bind: (backends: readonly BaseAuth[]) => ReadonlyMap<string, BaseAuth>;
  /** The origin at which a tenant is reached. */
  readonly origin: (tenant: string) => Promise<string>;
  /** Milliseconds after which a tenant's backends are asked for again. */
  readonly lifetime: number;
}

/**
 * A site for each tenant: the application's, but for the backends, the accounts and the
 * addresses. A backend lives in one site only, and what it has fetched (discovery, keys)
 * lives in the backend, so no tenant's logins are checked against another's provider.
 */
export function tenantSites(base: Site, tenancy: Tenancy): Sites {
  const sites = new TenantCache<Site>(tenancy.lifetime);
  const { now } = base.gate;
  // Asked before the tenant is, so that requests for the application itself ask for nothing.
  const ours = new RegExp(
    `^${base.basePath.replaceAll(".", "\\.").replace("/:tenant", "/[^/]+")}(?=/)`,
  );

  const tenantOf = async (request: WithHeaders) =>
    tenancy.tenant(toTenantRequest(request, base.origin));
  const siteOf = (name: string) => sites.get(name, now(), () => open(base, tenancy, name));

  return {
    async answer(request) {
      const basePath = ours.exec(new URL(request.url).pathname)?.[0];
      if (basePath === undefined) return undefined;
      let site: Site;
      try {
        site = await siteOf(checkedTenant(await tenancy.tenant(request)));
      } catch (error) {
        return refused({ ...base, basePath }, request, error);
      }
      return answer(site, request);
    },

    async session(request) {
      const tenant = await tenantOf(request);
      if (tenant === undefined) return undefined;
      // No backend is needed to know who somebody is.
      return readSession({ jar: base.jar, gate: { ...base.gate, tenant } }, cookiesOf(request));
    },

    async asker(request) {
      const cookie = cookiesOf(request).get(base.jar.sessionName);
      return { tenant: await tenantOf(request), cookie };
    },

    async ofTenant(tenant) {
      if (tenant === null) throw unknownTenant("the account is of no tenant");
      return siteOf(checkedTenant(tenant));
    },

    forget: (tenant) => sites.forget(tenant),
  };
}

async function open(base: Site, tenancy: Tenancy, tenant: string): Promise<Site> {
  const given = await tenancy.backends(tenant);
  if (!given) throw unknownTenant(`there are no backends of "${tenant}"`);
  const backends = tenancy.bind(given);
  const origin = await tenancy.origin(tenant);
  const basePath = base.basePath.replace("/:tenant", `/${tenant}`);
  const site = { ...base, backends, origin, basePath };
  return { ...site, gate: { ...gateOfTenant(base.gate, tenant), ...addressesAt(site) } };
}

function toTenantRequest(request: WithHeaders, origin: string): TenantRequest {
  const { headers, url = "/", originalUrl = url } = request;
  return {
    url: originalUrl.startsWith("/") ? origin + originalUrl : originalUrl,
    headers: headers instanceof Headers ? headers : { get: (name) => headerOf(headers, name) },
  };
}

// Node has each header by its lower-case name, whichever of them a type declares.
function headerOf(headers: object, name: string): string | null {
  return (headers as Readonly<Record<string, unknown>>)[name]?.toString() ?? null;
}
