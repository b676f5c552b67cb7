import { identity, user } from "./person.mjs";

export const suffix = "Auth";

export function classOf({ name, title, className }) {
  return `import { type Arrival, BaseAuth, type Departure, type DepartureContext } from "../backend.ts";
import type { Identity } from "../identity.ts";
import { checkedUid } from "../protocols/identity-fields.ts";
import { fieldsOf, namesOf, textOf } from "../protocols/profile.ts";

/** ${title}: https://example.com/the-page-that-says-so */
export class ${className} extends BaseAuth {
  override readonly name: string = "${name}";
  override readonly title: string = "${title}";

  /** Sends the person to the provider, with the way back. */
  override async authUrl({ redirectUri, state }: DepartureContext): Promise<Departure> {
    const query = new URLSearchParams({ return_to: redirectUri, state });
    return { location: \`https://example.com/login?\${query}\` };
  }

  /** Asks the provider whose ticket the callback brought. */
  override async authComplete({ callback, http }: Arrival): Promise<Identity> {
    if (callback.has("refused")) {
      throw this.error("access_denied", "callback", \`\${this.name}: the person refused\`);
    }
    const query = new URLSearchParams({ ticket: callback.get("ticket") ?? "" });
    const url = \`https://example.com/api/ticket?\${query}\`;
    const user = fieldsOf(await http.at("profile").json({ url }));
    return {
      provider: this.name,
      uid: checkedUid(this, user.id),
      details: {
        username: textOf(user.login),
        email: textOf(user.email),
        // True only where a page of the provider's promises that the address is theirs.
        emailVerified: false,
        ...namesOf(user.name),
      },
      response: user,
      extraData: {},
    };
  }
}
`;
}

export function fixture() {
  return {
    settings: {},
    departure: {
      host: "example.com",
      path: "/login",
      parameters: { return_to: "{redirect_uri}", state: "{state}" },
    },
    callback: { ticket: "the-ticket" },
    denial: { refused: "1" },
    calls: [
      {
        stage: "profile",
        method: "GET",
        url: "https://example.com/api/ticket?ticket=the-ticket",
        answer: { body: user },
        id: ["id"],
      },
    ],
    identity,
  };
}
