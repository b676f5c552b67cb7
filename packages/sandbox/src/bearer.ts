import type { Incoming } from "./incoming.ts";

/** The token of an `Authorization: Bearer` header; "", which is no token's value, without one. */
export function bearerToken({ authorization = "" }: Incoming): string {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
}
