/** What an import did, or would do. */
export class Report {
  readonly users = { added: 0, present: 0, different: 0, renumbered: 0 };
  readonly accounts = { added: 0, present: 0, elsewhere: 0 };
  readonly renamed: string[] = [];
  readonly administrators: string[] = [];
  /** Accounts that are left out, by the reason. */
  readonly skipped = new Map<string, number>();
  /** Accounts whose tokens and other data could not be read. */
  unreadable = 0;
  /** Accounts of each provider, and how many of their uids look like an address. */
  readonly providers = new Map<string, { readonly accounts: number; readonly addresses: number }>();

  skip(reason: string, count = 1): void {
    if (count > 0) this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + count);
  }

  seen(provider: string, uid: string): void {
    this.sawAlso(provider, { accounts: 1, addresses: /^[^@\s]+@[^@\s]+$/.test(uid) ? 1 : 0 });
  }

  /** Takes over what another report has. */
  add(other: Report): void {
    for (const name of ["added", "present", "different", "renumbered"] as const) {
      this.users[name] += other.users[name];
    }
    for (const name of ["added", "present", "elsewhere"] as const) {
      this.accounts[name] += other.accounts[name];
    }
    this.renamed.push(...other.renamed);
    this.administrators.push(...other.administrators);
    this.unreadable += other.unreadable;
    for (const [reason, count] of other.skipped) this.skip(reason, count);
    for (const [provider, more] of other.providers) this.sawAlso(provider, more);
  }

  private sawAlso(
    provider: string,
    more: { readonly accounts: number; readonly addresses: number },
  ): void {
    const { accounts, addresses } = this.providers.get(provider) ?? { accounts: 0, addresses: 0 };
    const sum = { accounts: accounts + more.accounts, addresses: addresses + more.addresses };
    this.providers.set(provider, sum);
  }
}

/**
 * The report in lines.
 *
 * @param known the names of the backends that there are.
 */
export function describe(
  report: Report,
  {
    dryRun,
    associationsOnly,
    known,
  }: {
    readonly dryRun: boolean;
    readonly associationsOnly: boolean;
    readonly known: ReadonlySet<string>;
  },
): readonly string[] {
  const { users, accounts, renamed, administrators, skipped, unreadable, providers } = report;
  const few = (count: number, line: string) => (count > 0 ? [`  ${count} ${line}`] : []);
  return [
    ...(dryRun ? ["a dry run: nothing is written"] : []),
    ...(users.added + accounts.added === 0 ? ["nothing to do"] : []),
    ...(associationsOnly ? [] : [`users: ${users.added} added, ${users.present} already there`]),
    ...few(users.different, "differ from Django's, and are left as they are"),
    ...few(users.renumbered, "have another id than at Django"),
    ...renamed.map((line) => `  renamed, since the name is taken: ${line}`),
    ...administrators.map((line) => `  to be made an administrator by hand: ${line}`),
    `accounts: ${accounts.added} added, ${accounts.present} already there`,
    ...few(accounts.elsewhere, "belong to somebody else here, and are left as they are"),
    ...[...skipped].flatMap(([reason, count]) => few(count, `skipped: ${reason}`)),
    ...few(unreadable, "without tokens and data, which are no JSON object"),
    ...[...providers].sort().map(([provider, { accounts, addresses }]) => {
      const backend = known.has(provider) ? "" : "; no backend of that name comes with Sallyport";
      const uids = addresses > 0 ? `; ${addresses} known by an address` : "";
      return `  ${provider}: ${accounts}${backend}${uids}`;
    }),
  ];
}
