import type { StartFacts } from "../pipeline.ts";
import { after } from "../step.ts";

/**
 * Sends people on to a page of their own after their first login, with where they wanted to
 * go as `next`. `NEW_USER_REDIRECT_URL`.
 */
export function redirectNewUsers(url: string) {
  return after("redirect-new-users", ({ isNew, next }: StartFacts & { readonly isNew: boolean }) =>
    isNew ? { next: onTheWay(url, next) } : {},
  );
}

/**
 * The same for those who have connected another account. `NEW_ASSOCIATION_REDIRECT_URL`.
 */
export function redirectNewAssociations(url: string) {
  return after(
    "redirect-new-associations",
    ({
      isNew,
      isNewAssociation,
      next,
    }: StartFacts & { readonly isNew: boolean; readonly isNewAssociation: boolean }) =>
      isNewAssociation && !isNew ? { next: onTheWay(url, next) } : {},
  );
}

function onTheWay(url: string, next: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}next=${encodeURIComponent(next)}`;
}
