/** Whatever knows when something is over: a measure, or a test. */
export interface Ends {
  after(end: () => Promise<void> | void): void;
}

/** What a measure has at hand. What it starts ends with it, the newest first. */
export interface Context extends Ends {
  /** A line for whoever waits. */
  say(line: string): void;
}

/** A table for docs/explanation/reliability.md. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What came of a measure. */
export interface Figures extends Table {
  /** Tables below it. */
  readonly more?: readonly Table[];
  /** What we promise and did not hold, a sentence each. */
  readonly broken: readonly string[];
}

/** Numbers that say how much of it there is, by what they are called on the command line. */
export type Sizes = Readonly<Record<string, number>>;

/**
 * One of the things that `npm run reliability` measures. A file in `measures/` exports it as
 * `measure`, and is found there. CI runs the same with smaller sizes.
 */
export interface Measure<Own extends Sizes = Sizes> {
  /** That of its file, and of its place in docs/explanation/reliability.md. */
  readonly name: string;
  /** A sentence that the figures answer. */
  readonly title: string;
  /** How much of it `npm run reliability` does, unless the command line says otherwise. */
  readonly sizes: Own;
  /** @throws where it could not be measured; what was found wanting is `broken` instead. */
  run(context: Context, sizes: Own): Promise<Figures>;
}
