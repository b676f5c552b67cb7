/** What only a login knows: its state, its nonce, its tokens. */
export type Known = Map<string, string>;

/** A text of a fixture with what is known in place of the names in braces. */
export function filled(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => known.get(name) ?? all);
}

/** The same for each of several texts. */
export function filledEach(
  texts: Readonly<Record<string, string>>,
  known: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(texts);
  return Object.fromEntries(entries.map(([name, value]) => [name, filled(value, known)]));
}
