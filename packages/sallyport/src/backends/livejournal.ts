import type { DataField } from "../backend.ts";
import type { UserDetails } from "../identity.ts";
import { OpenIdAuth, type OpenIdProfile } from "../protocols/openid.ts";

/**
 * LiveJournal, whose journals are OpenIDs: https://www.livejournal.com/support/faq/379.html.
 * The uid is the journal's address: a journal that is renamed is another account, and who
 * takes over a name that was given up takes over the account
 * (https://lj-userdoc.livejournal.com/109159.html). LiveJournal names an endpoint at plain http, of which
 * {@link OpenIdAuth} says what that means.
 */
export class LiveJournalOpenId extends OpenIdAuth {
  override readonly name: string = "livejournal";
  override readonly title: string = "LiveJournal";
  override readonly dataFields: readonly DataField[] = [
    { name: "openid_lj_user", label: "Your LiveJournal user name", placeholder: "frank" },
  ];

  override openidUrl({ openid_lj_user: user = "" }: Readonly<Record<string, string>>): string {
    // Anything else would name another host than a journal's.
    if (/^[a-z\d](\w{0,28}[a-z\d])?$/i.test(user)) return `https://${hostOf(user)}.livejournal.com`;
    const text = `${this.name}: expected a user name of letters, digits and inner underscores`;
    throw this.error("data_invalid", "begin", text);
  }

  override getUserDetails(profile: OpenIdProfile): UserDetails {
    const details = super.getUserDetails(profile);
    const [journal = ""] = new URL(profile.identityUrl).hostname.split(".");
    return { ...details, username: details.username ?? journal };
  }
}

/** A user name as a host has it: an underscore is a hyphen there. */
function hostOf(user: string): string {
  return user.toLowerCase().replaceAll("_", "-");
}
