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
  const lines: string[] = [];
  const say = (count: number, line: string) => {
    if (count > 0) lines.push(line);
  };
  if (dryRun) lines.push("a dry run: nothing is written");
  say(users.added + accounts.added === 0 ? 1 : 0, "nothing to do");
  if (!associationsOnly) lines.push(`users: ${users.added} added, ${users.present} already there`);
  say(users.different, `  ${users.different} of those differ, and are left as they are`);
  say(
    users.renumbered,
    `  ${users.renumbered} have another id than at Django, which the column creator names`,
  );
  for (const line of renamed) lines.push(`  renamed, since the name is taken: ${line}`);
  for (const line of administrators) lines.push(`  to be made an administrator by hand: ${line}`);
  lines.push(`accounts: ${accounts.added} added, ${accounts.present} already there`);
  say(
    accounts.elsewhere,
    `  ${accounts.elsewhere} belong to somebody else here, and are left as they are`,
  );
  for (const [reason, count] of skipped) lines.push(`  ${count} skipped: ${reason}`);
  say(unreadable, `  ${unreadable} without tokens and data, which are no JSON object`);
  for (const [provider, { accounts, addresses }] of [...providers].sort()) {
    const notes = [
      ...(known.has(provider) ? [] : ["no backend of that name comes with Sallyport"]),
      ...(addresses > 0 ? [`${addresses} known by an address`] : []),
    ];
    lines.push(`  ${[`${provider}: ${accounts}`, ...notes].join("; ")}`);
  }
  return lines;
}
