import type { Explanation } from "../errors.ts";

/** Why a person with a good account at the provider does not get in, in words for them. */
export const refusals = {
  affiliations_unknown: {
    sentence: "PeeringDB did not say which networks you are affiliated with.",
    nextStep: "Sign in again and allow access to your networks. Nothing was changed here.",
  },
  affiliations_none: {
    sentence: "You are not affiliated with any network at PeeringDB.",
    nextStep: "Ask for affiliation with your organisation at PeeringDB, then sign in again.",
  },
  affiliations_no_match: {
    sentence:
      "None of your networks at PeeringDB is a member here that lets its people in this way.",
    nextStep: "If you think that this is wrong, please contact our support.",
  },
  affiliations_no_active: {
    sentence: "None of the members that you belong to is active at the moment.",
    nextStep: "Please contact our support about the membership.",
  },
  affiliations_other_account: {
    sentence: "You are signed in as somebody who has another PeeringDB account.",
    nextStep: "Sign out first, then sign in with this account. Nothing was changed here.",
  },
  mfa_required: {
    sentence: "Your sign-in at PeeringDB was not strong enough for this portal.",
    nextStep:
      "Set up a second factor or a passkey at PeeringDB, sign out there, then sign in again.",
  },
} as const satisfies Record<string, Explanation>;

/** A code of {@link refusals}. */
export type RefusalCode = keyof typeof refusals;
