import type { Gate } from "../gate.ts";
import type { Site } from "./visit.ts";

/** What a gate knows of its site: the ways in, and where people come back to. */
export function addressesAt({
  backends,
  origin,
  basePath,
  completePath,
}: Pick<Site, "backends" | "origin" | "basePath" | "completePath">): Pick<
  Gate,
  "waysIn" | "redirectUri" | "resumeUri"
> {
  return {
    waysIn: () => [...backends.keys()],
    redirectUri: ({ name }) => origin + basePath + completePath.replace(":backend", name),
    resumeUri: (id) => `${origin}${basePath}/resume/${id}`,
  };
}
