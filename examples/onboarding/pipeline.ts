import { pipeline } from "sallyport";
import { askNewPeople, type Said } from "sallyport/steps/ask-new-people";
import { associateUser } from "sallyport/steps/associate-user";
import { createUser } from "sallyport/steps/create-user";
import { cleanUsername, getUsername } from "sallyport/steps/get-username";
import { loadExtraData } from "sallyport/steps/load-extra-data";
import { socialDetails } from "sallyport/steps/social-details";
import { socialUid } from "sallyport/steps/social-uid";
import { socialUser } from "sallyport/steps/social-user";

/** Asks new people for a username and the terms. Until they answer nothing is written. */
const askForUsernameAndTerms = askNewPeople({
  form: {
    title: "Welcome",
    text: "One question before your account is made.",
    fields: [
      { name: "username", label: "Username" },
      {
        name: "terms",
        label: "I agree to the terms",
        type: "checkbox",
        link: { text: "Read the terms", href: "/terms" },
      },
    ],
    button: "Make my account",
  },
  suggest: ({ username, firstName = "" }) => ({
    username: cleanUsername(username || firstName).toLowerCase(),
  }),
  check: async ({ username = "" }, { users }) => {
    if (username !== cleanUsername(username)) {
      return { username: "Only letters, digits and . @ + - _ can be in it." };
    }
    const taken = await users.findByUsername(username);
    return { username: taken && "Somebody has this username already." };
  },
});

/** The default pipeline, with a question in it and the answer for a username. */
export const onboarding = pipeline(
  socialDetails,
  socialUid,
  socialUser,
  askForUsernameAndTerms,
  getUsername(({ answers }: { readonly answers: Said }) => [answers.username ?? ""]),
  createUser(),
  associateUser,
  loadExtraData,
);
