import { UsageError } from "./failure.ts";

/** Where a database is. */
export type Place =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres" | "mysql"; readonly url: string };

/**
 * Reads a database's address.
 *
 * @param name what it is called on the command line.
 * @throws {@link UsageError} without one, or with one that is of no kind that we know.
 */
export function toPlace(name: string, address = ""): Place {
  const [, path] = /^sqlite:(?:\/\/)?(.+)$/.exec(address) ?? [];
  if (path) return { kind: "sqlite", path };
  const [, scheme = ""] = /^(\w+):\/\/./.exec(address) ?? [];
  if (/^postgres(ql)?$/.test(scheme)) return { kind: "postgres", url: address };
  if (scheme === "mysql") return { kind: "mysql", url: address };
  // It may have a password in it, so it is not repeated.
  throw new UsageError(
    `${name} must be sqlite:FILE, postgres://HOST/NAME or mysql://HOST/NAME${scheme && `, not ${scheme}:`}`,
  );
}
