import type { UserDetails } from "../identity.ts";
import { pause } from "../pause.ts";
import type { StartFacts } from "../pipeline.ts";
import { within } from "../step.ts";

/** A mail that proves an address. */
export interface ValidationMail {
  readonly to: string;
  /** Whoever follows it proves that the address is theirs. */
  readonly link: string;
}

/** How addresses are proven. */
export interface MailValidationOptions {
  /** Sends the mail, by whatever the application sends mail with. */
  readonly send: (mail: ValidationMail) => Promise<void>;
  /** Demand it of every new person whose provider does not vouch. Setting `forceEmailValidation` unless given. */
  readonly force?: boolean | undefined;
  /** Seconds for which the link is good. Default an hour. */
  readonly lifetime?: number | undefined;
}

/** The least time between two mails of one login, in milliseconds. */
const betweenMails = 60_000;

/**
 * Proves a new person's address by a link that is sent there, where the backend has
 * `requiresEmailValidation`; where the address is the account (`passwordless`), at every
 * login. The login waits until the link is followed, in this browser or another.
 */
export function mailValidation({ send, force, lifetime }: MailValidationOptions) {
  return within(
    "mail-validation",
    (
      { details, isNew }: StartFacts & { readonly details: UserDetails; readonly isNew: boolean },
      { backend, reply, now },
    ) => {
      const { email } = details;
      const forced = force ?? backend.setting("forceEmailValidation");
      const wanted = backend.requiresEmailValidation || forced;
      // The setting cannot take away what the backend needs to be safe.
      const always = backend.passwordless || backend.setting("passwordless");
      const asked = wanted && (isNew || always);
      if (!email || details.emailVerified || !asked) return { details };
      if (reply?.byLink && reply.keep.email === email) {
        return { details: { ...details, emailVerified: true } };
      }
      const sentAt = Number(reply?.keep.sentAt ?? 0);
      const soon = now.getTime() - sentAt < betweenMails;
      const form = {
        title: "Look into your mail",
        text: `We have sent a link to ${email}. Follow it to go on.`,
        fields: [],
        button: "Send it again",
      };
      return pause(
        { form },
        {
          lifetime,
          keep: { email, sentAt: soon ? sentAt : now.getTime() },
          to: email,
          send: soon ? undefined : (link) => send({ to: email, link }),
        },
      );
    },
  );
}
