/** What is chosen on the sign-in page. */
export interface SignInChoice {
  /** The id of the profile, or the entry's key. */
  readonly person: string | number;
  /** How they sign in; as the person's entry says unless given. */
  readonly amr?: readonly string[];
  /** "approve" unless given. */
  readonly decision?: "approve" | "deny";
}

/**
 * Posts the sign-in page's form, without the page. Gives the address to which the sandbox sends
 * the browser, with `code` and `state` or with `error`; throws where it shows an error instead.
 */
export async function signIn(authorizeUrl: string | URL, choice: SignInChoice): Promise<string> {
  const { origin, pathname, searchParams } = new URL(authorizeUrl);
  const form = new URLSearchParams(searchParams);
  form.set("person", String(choice.person));
  form.set("decision", choice.decision ?? "approve");
  if (choice.amr !== undefined) form.set("amr", choice.amr.join(","));
  const answer = await fetch(origin + pathname, { method: "POST", body: form, redirect: "manual" });
  const location = answer.headers.get("location");
  if (location !== null) return location;
  throw new Error(`the sandbox answered ${answer.status} to the sign-in of ${choice.person}`);
}
