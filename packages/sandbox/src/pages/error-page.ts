import type { Answer } from "../answer.ts";
import { html } from "./html.ts";
import { notPeeringDb, page } from "./layout.ts";

/** A page for what cannot be answered with a redirect. */
export function errorPage(status: number, message: string): Answer {
  return page(
    status,
    "This did not work",
    html`${notPeeringDb}
<h1>This did not work</h1>
<p>${message}</p>
<p><a href="/">What this sandbox is and how to set it up</a></p>`,
  );
}
