import type { Form } from "../form.ts";
import type { UserDetails } from "../identity.ts";
import { pause } from "../pause.ts";
import type { StartFacts } from "../pipeline.ts";
import { within } from "../step.ts";
import type { Tables } from "../storage.ts";

/** What new people are asked. */
export interface AskNewPeopleOptions {
  /** The page; a field starts with what `suggest` says. */
  readonly form: Form;
  /** What stands in the fields at first, by name: from the provider, for example. */
  readonly suggest?:
    | ((details: UserDetails) => Readonly<Record<string, string | undefined>>)
    | undefined;
  /** What is wrong with what was said, by field. Within the transaction: what is free stays free. */
  readonly check?: ((said: Said, tables: Tables) => Promise<Problems> | Problems) | undefined;
}

/** What was said, by field. */
export type Said = Readonly<Record<string, string>>;

/** What is wrong, by field; nothing where all is well. */
export type Problems = Readonly<Record<string, string | undefined>>;

/**
 * Asks people whom we do not know yet, before any row of theirs is written: for a username,
 * for consent to terms, for what their provider does not say. Gives `answers`, empty for those
 * whom we know.
 */
export function askNewPeople({ form, suggest, check }: AskNewPeopleOptions) {
  return within(
    "ask-new-people",
    async (
      { details, isNew }: StartFacts & { readonly details: UserDetails; readonly isNew: boolean },
      { tables, reply },
    ) => {
      if (!isNew) return { answers: {} as Said };
      const said = reply?.said;
      const problems = said && { ...(await check?.(said, tables)), ...missingIn(form, said) };
      if (said && Object.values(problems ?? {}).every((problem) => !problem))
        return { answers: said };

      const values = said ?? { ...valuesOf(form), ...suggest?.(details) };
      const fields = form.fields.map((field) => ({
        ...field,
        value: field.type === "password" ? undefined : values[field.name],
        problem: problems?.[field.name],
      }));
      return pause({ form: { ...form, fields } });
    },
  );
}

function valuesOf({ fields }: Form): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

// A browser keeps people from leaving a field empty; a program does not.
function missingIn({ fields }: Form, said: Said): Problems {
  const empty = fields.filter(({ name, optional }) => !optional && !said[name]);
  return Object.fromEntries(empty.map(({ name }) => [name, "This is needed."]));
}
