import type { Table } from "../measure.ts";
import type { Beside, Found } from "./found.ts";

/** What a login costs. */
export function costTable(
  all: readonly Found[],
  { few, users }: { readonly few: number; readonly users: number },
): Table {
  const count = (users: number) => `${users.toLocaleString("en")} users`;
  return {
    columns: ["Database", "Login", count(few), count(users), "Ratio", "Ratio of its CPU"],
    rows: all.flatMap(({ kind, costs }) =>
      Object.entries(costs).map(([login, { few, many }]) => [
        kind,
        login,
        `${few.wall.toFixed(2)} ms`,
        `${many.wall.toFixed(2)} ms`,
        (many.wall / few.wall).toFixed(2),
        (many.cpu / few.cpu).toFixed(2),
      ]),
    ),
  };
}

/** What logins take while something else goes on. */
export function besideTable(
  all: readonly Found[],
  { expired, rate }: { readonly expired: number; readonly rate: number },
): Table {
  const row = (what: string, of: (found: Found) => Beside) =>
    all.map((found) => {
      const { took, slowest, p99, count } = of(found);
      return [
        found.kind,
        what,
        `${(took / 1000).toFixed(1)} s`,
        count,
        `${p99.toFixed(0)} ms`,
        `${slowest.toFixed(0)} ms`,
      ];
    });
  return {
    columns: [
      "Database",
      `Beside ${rate} logins a second`,
      "Took",
      "Logins",
      "99 % under",
      "Slowest",
    ],
    rows: [
      ...row("nothing", ({ nothing }) => nothing),
      ...row(`clean-up of ${expired.toLocaleString("en")} rows`, ({ cleanUp }) => cleanUp),
      ...row("a migration", ({ migration }) => migration),
    ],
  };
}

/** How the statements find their rows. */
export function planTable(all: readonly Found[]): Table {
  const reading = all.flatMap(({ plans }) => [...plans].filter(([, plan]) => plan.length > 0));
  const statements = [...new Set(reading.map(([statement]) => statement))].sort();
  return {
    columns: ["Statement of a login", ...all.map(({ kind }) => kind)],
    rows: statements.map((statement) => [
      `\`${statement}\``,
      ...all.map(({ plans }) => plans.get(statement)?.join("; ") ?? ""),
    ]),
  };
}
