import type { Phase, Step } from "./step.ts";

// What is known after a step: its gifts replace what had the same name.
type Known<Before, Gives> = Omit<Before, keyof Gives> & Gives;

/** The steps if their order is right; a sentence in the place of the first that is wrong. */
export type InOrder<
  Steps extends readonly unknown[],
  Facts,
  Reached extends Phase = "before",
> = Steps extends readonly [infer First, ...infer Rest]
  ? First extends Step<infer Name, infer When, infer Needs, infer Gives>
    ? When extends NotBefore[Reached]
      ? Facts extends Needs
        ? readonly [First, ...InOrder<Rest, Known<Facts, Gives>, When>]
        : readonly [
            `step "${Name}" needs "${Missing<Needs, Facts>}", which no step before it gives`,
            ...Rest,
          ]
      : readonly [
          `step "${Name}" runs ${When} the transaction, but follows one that runs ${Reached} it`,
          ...Rest,
        ]
    : never
  : readonly [];

/** `Result` if what is known after the last step is enough; else a sentence that says what is not. */
export type Ends<Steps extends readonly unknown[], Facts, End, Result> = Steps extends readonly [
  infer First,
  ...infer Rest,
]
  ? First extends Step<string, infer _When, never, infer Gives>
    ? Ends<Rest, Known<Facts, Gives>, End, Result>
    : never
  : Facts extends End
    ? Result
    : // In a list, since a compiler shows a text by itself as `string`.
      readonly [`this pipeline ends without "${Missing<End, Facts>}"`];

type Missing<Needs, Facts> = {
  [Name in keyof Needs & string]: Name extends keyof Facts
    ? Facts[Name] extends Needs[Name]
      ? never
      : Name
    : Name;
}[keyof Needs & string];

interface NotBefore {
  readonly before: Phase;
  readonly within: "within" | "after";
  readonly after: "after";
}
