import type { Arrival } from "../backend.ts";
import type { Form } from "../form.ts";
import type { Identity } from "../identity.ts";
import { FormAuth } from "../protocols/form.ts";

/**
 * Signs in whoever reads the mail of an address: the form asks for it, and the step
 * `mail-validation` sends the link that proves it. Without that step anybody could be anybody,
 * so `createAuth` demands it.
 *
 * The address in lower case is the account. It has ASCII letters only: two addresses that
 * look the same must not be two people.
 */
export class EmailAuth extends FormAuth {
  override readonly name: string = "email";
  override readonly title: string = "e-mail";
  override readonly idKey: string = "email";
  override readonly requiresEmailValidation: boolean = true;
  override readonly passwordless: boolean = true;
  override readonly neededSteps: readonly string[] = ["mail-validation"];

  override form(): Form {
    const address = { name: "email", label: "Your e-mail address", type: "email" } as const;
    return { title: "Sign in by e-mail", fields: [address] };
  }

  override async authComplete(arrival: Arrival): Promise<Identity> {
    const email = this.said(arrival, "email").toLowerCase();
    if (
      !/^[\x21-\x3f\x41-\x7e]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(email) ||
      email.length > 254
    ) {
      throw this.error("data_invalid", "callback", `${this.name}: that is no e-mail address`);
    }
    const details = { email, emailVerified: false, username: email.split("@")[0] };
    return { provider: this.name, uid: email, details, response: { email }, extraData: {} };
  }
}
