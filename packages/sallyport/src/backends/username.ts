import type { Arrival, BackendSettings } from "../backend.ts";
import type { Form } from "../form.ts";
import type { Identity, UserDetails } from "../identity.ts";
import { FormAuth } from "../protocols/form.ts";

/** Settings of {@link UsernameAuth}. */
export interface UsernameSettings extends BackendSettings {
  /**
   * Whether the password is this person's: who they are, or undefined. It must take as long
   * for a name that nobody has, and it is called as often as somebody tries.
   */
  readonly verify?:
    | ((username: string, password: string) => Promise<KnownPerson | undefined>)
    | undefined;
}

/** Whom a password proved. */
export interface KnownPerson {
  /** Never changes, whatever the person is called. */
  readonly uid: string;
  readonly details: UserDetails;
}

/** Signs in by a name and a password that the application itself checks. */
export class UsernameAuth extends FormAuth<UsernameSettings> {
  override readonly name: string = "username";
  override readonly title: string = "username and password";

  override bind(environment: Parameters<FormAuth["bind"]>[0]): void {
    super.bind(environment);
    if (!this.settings.verify) throw this.misconfigured('needs "verify", which checks a password');
  }

  override form(): Form {
    const fields = [
      { name: "username", label: "Your username" },
      { name: "password", label: "Your password", type: "password" },
    ] as const;
    return { title: "Sign in", fields };
  }

  override async authComplete(arrival: Arrival): Promise<Identity> {
    const username = this.said(arrival, "username");
    // A password may begin and end with spaces.
    const password = arrival.callback.get("password") ?? "";
    const person = await this.settings.verify?.(username, password);
    if (!person) {
      throw this.error("data_invalid", "callback", `${this.name}: name and password do not fit`);
    }
    const { uid, details } = person;
    return { provider: this.name, uid, details, response: {}, extraData: {} };
  }
}
