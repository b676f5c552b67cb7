import {
  type Arrival,
  type BackendSettings,
  BaseAuth,
  type DepartureContext,
  type DeparturePage,
  type OwnPage,
} from "../backend.ts";
import { type Form, formHtml } from "../form.ts";

/**
 * A backend without a provider: it shows a form of its own instead of sending the browser
 * away, and reads what comes back. Extend it with {@link form} and `authComplete`; override
 * {@link authHtml} for a page that is more than a form.
 */
export abstract class FormAuth<
  Settings extends BackendSettings = BackendSettings,
> extends BaseAuth<Settings> {
  override readonly postCallback: boolean = true;

  /** What the page asks. */
  abstract form(): Form;

  /** The page. Its form posts to `redirectUri` and carries the state. */
  authHtml({ redirectUri, state }: DepartureContext): DeparturePage {
    const form = this.form();
    return { title: form.title, body: formHtml(form, redirectUri, [["state", state]]) };
  }

  override async authUrl(context: DepartureContext): Promise<OwnPage> {
    return { page: this.authHtml(context) };
  }

  /** What was said in a field, without the spaces around it; empty where nothing was. */
  protected said({ callback }: Pick<Arrival, "callback">, name: string): string {
    const values = callback.getAll(name);
    return values.length === 1 ? (values[0]?.trim() ?? "") : "";
  }
}
