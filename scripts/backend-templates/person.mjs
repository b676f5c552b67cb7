// What the templates' providers say of one person, and what that makes.

export const user = { id: 7, login: "ada", name: "Ada Lovelace", email: "ada@example.com" };

export const identity = {
  uid: "7",
  details: {
    username: "ada",
    email: "ada@example.com",
    emailVerified: false,
    fullName: "Ada Lovelace",
    firstName: "Ada",
    lastName: "Lovelace",
  },
  extraData: [],
};

export const client = { clientId: "the-client", clientSecret: "the-client-secret" };

/** `getUserDetails` for such a person. */
export const getUserDetails = `  override getUserDetails(user: JsonObject): UserDetails {
    return {
      username: textOf(user.login),
      email: textOf(user.email),
      // True only where a page of the provider's promises that the address is theirs.
      emailVerified: false,
      ...namesOf(user.name),
    };
  }`;
