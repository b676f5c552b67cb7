/** Prepares each statement at its first use, and gives the same one from then on. */
export function preparedOnce<Statement>(
  prepare: (text: string) => Statement,
): (text: string) => Statement {
  const statements = new Map<string, Statement>();
  return (text) => {
    const known = statements.get(text);
    if (known) return known;
    const statement = prepare(text);
    statements.set(text, statement);
    return statement;
  };
}
