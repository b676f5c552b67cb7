import type { Changes, ImportSummary, Named } from "./import-ixf.ts";
import { onOneLine } from "./placed-value.ts";

/** What the command prints about an import, line by line. */
export function describeImport(summary: ImportSummary): readonly string[] {
  const { dryRun, ixp, added, updated, unchanged, notInFile, skipped, warnings } = summary;
  const inFile = added.length + updated.length + unchanged;
  return [
    `${ixp.name} (IXP ${ixp.id}): ${counted(inFile, "member")} in the file.`,
    ...listed(`${added.length} added`, added.map(label)),
    ...listed(
      `${updated.length} changed`,
      updated.map(({ before, changes }) => `${label(before)}: ${changed(before, changes)}`),
    ),
    `${unchanged} unchanged.`,
    ...(skipped > 0 ? [`${skipped} skipped, without a connection at this IXP.`] : []),
    ...listed(
      `${notInFile.length} here, but not in the file; left as they are`,
      notInFile.map(label),
    ),
    ...warnings.map((warning) => `Warning: ${onOneLine(warning)}.`),
    ...(dryRun ? ["This was a dry run: nothing was written."] : []),
  ];
}

const mostNamed = 50;

function listed(heading: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - mostNamed;
  const named = items.slice(0, mostNamed).map((item) => `  ${onOneLine(item)}`);
  return [`${heading}:`, ...named, ...(more > 0 ? [`  and ${more} more`] : [])];
}

function label({ asn, name }: Named): string {
  return name === `AS${asn}` ? name : `AS${asn} ${name}`;
}

function changed(before: Changes, changes: Changes): string {
  const fields = Object.keys(changes) as (keyof Changes)[];
  return fields
    .map((field) => `${words[field]} ${said(before[field])} -> ${said(changes[field])}`)
    .join(", ");
}

const words: Readonly<Record<keyof Changes, string>> = {
  name: "name",
  type: "type",
  status: "status",
  joinedAt: "member since",
};

function said(value: string | Date | null | undefined): string {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return value ?? "unknown";
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
