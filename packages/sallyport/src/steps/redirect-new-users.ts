import type { StartFacts } from "../pipeline.ts";
import { after } from "../step.ts";

/**
 * Sends people on to a page of their own after their first login, with where they wanted to
 * go as `next`. Without a page of its own it takes the setting `newUserRedirectUrl`.
 */
export function redirectNewUsers(url?: string) {
  return after(
    "redirect-new-users",
    ({ isNew, next }: StartFacts & { readonly isNew: boolean }, { backend }) => ({
      next: isNew ? onTheWay(url ?? backend.setting("newUserRedirectUrl"), next) : next,
    }),
  );
}

/** The same for those who have connected another account, by `newAssociationRedirectUrl`. */
export function redirectNewAssociations(url?: string) {
  return after(
    "redirect-new-associations",
    (
      {
        isNew,
        isNewAssociation,
        next,
      }: StartFacts & { readonly isNew: boolean; readonly isNewAssociation: boolean },
      { backend },
    ) => ({
      next:
        isNewAssociation && !isNew
          ? onTheWay(url ?? backend.setting("newAssociationRedirectUrl"), next)
          : next,
    }),
  );
}

function onTheWay(url: string | undefined, next: string): string {
  if (url === undefined) return next;
  return `${url}${url.includes("?") ? "&" : "?"}next=${encodeURIComponent(next)}`;
}
