import { type Html, html, raw } from "./html.ts";

/** A field that a page of ours asks for. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  /** `text` unless given. A `checkbox` that is ticked says `on`. */
  readonly type?: "text" | "email" | "password" | "checkbox" | undefined;
  /** What stands in it at first; a checkbox with `on` is ticked. */
  readonly value?: string | undefined;
  /** An example, shown in the empty field. */
  readonly placeholder?: string | undefined;
  /** May be left empty. */
  readonly optional?: boolean | undefined;
  /** What was wrong with what was said before. */
  readonly problem?: string | undefined;
  /** A page to read before answering, such as the terms; it opens beside the form. */
  readonly link?: { readonly text: string; readonly href: string } | undefined;
}

/** A page of ours with a form. */
export interface Form {
  readonly title: string;
  /** What stands above the fields. */
  readonly text?: string | undefined;
  readonly fields: readonly FormField[];
  /** What the button says; `Continue` unless given. */
  readonly button?: string | undefined;
}

/**
 * What stands below the title of a page with a form.
 *
 * @param action where it posts to, and `hidden` what it posts besides the fields.
 */
export function formHtml(
  { text, fields, button = "Continue" }: Omit<Form, "title">,
  action: string,
  hidden: Iterable<readonly [name: string, value: string]> = [],
): Html {
  const besides = [...hidden].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`${text && html`<p>${text}</p>`}
<form method="post" action="${action}">${besides}${fields.map(field)}
<button>${button}</button></form>`;
}

function field({ label, link, problem, type = "text", optional, ...rest }: FormField): Html {
  const { value, ...shown } = rest;
  const isCheckbox = type === "checkbox";
  const problemId = `problem-${rest.name}`;
  const attributes = Object.entries({
    ...(type !== "text" && { type }),
    ...shown,
    ...(!isCheckbox && { value }),
    ...(problem && { "aria-invalid": "true", "aria-describedby": problemId }),
  }).map(([name, text]) => text !== undefined && html` ${name}="${text}"`);
  const ticked = isCheckbox && value === "on" && raw(" checked");
  const input = html`<input${attributes}${ticked}${!optional && raw(" required")}>`;
  const inOrder = isCheckbox ? [input, " ", label] : [label, " ", input];
  return html`<p><label>${inOrder}</label>${
    link && html` <a href="${link.href}" target="_blank">${link.text}</a>`
  }${problem && html` <strong id="${problemId}">${problem}</strong>`}</p>`;
}
