/**
 * All scopes PeeringDB knows, in its order. There is none for organisations or exchanges.
 *
 * https://github.com/peeringdb/peeringdb/blob/3b79bdd1/mainsite/settings/__init__.py#L1345
 */
export const scopesSupported = ["openid", "profile", "email", "networks", "amr"] as const;

/** The scopes named in a `scope` parameter, each once; empty if it is absent or blank. */
export function toScopes(scope: string | null): readonly string[] {
  return [...new Set((scope ?? "").split(/\s+/).filter((name) => name !== ""))];
}

/** Whether PeeringDB knows every one of these scopes. */
export function areSupported(scopes: readonly string[]): boolean {
  return scopes.every((scope) => (scopesSupported as readonly string[]).includes(scope));
}
