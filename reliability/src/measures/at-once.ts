import { browserAgent } from "bench/visit";
import { comeBack, leave } from "../browser.ts";
import { type Kind, kinds, startDatabase } from "../database.ts";
import { part } from "../endings.ts";
import { temporaryFolder } from "../folder.ts";
import { inWords } from "../load.ts";
import type { Ends, Figures, Measure } from "../measure.ts";
import { countRows } from "../rows.ts";
import { startSite } from "../site.ts";

/** Several first logins of each person come back at the same moment, to two processes. */
export const measure: Measure<{ people: number; each: number; together: number }> = {
  name: "at-once",
  title: "first logins of one person at once make one user with one account",
  // So many people, so many browsers of each, and so many of the people at a time.
  sizes: { people: 200, each: 8, together: 25 },

  async run(context, sizes) {
    const rows: (readonly (string | number)[])[] = [];
    const broken: string[] = [];
    for (const kind of kinds) {
      context.say(`${kind}: ${sizes.people} people, ${sizes.each} browsers of each`);
      const { logins, failures, left } = await part(context, (ends) =>
        firstLogins(ends, kind, sizes),
      );
      rows.push([kind, logins, left.users, left.associations, left.orphans, failures.length]);
      const expected = { users: sizes.people, associations: sizes.people, sessions: logins };
      for (const [what, count] of Object.entries({ ...expected, orphans: 0, doubles: 0 })) {
        const found = left[what as keyof typeof left];
        if (found !== count) broken.push(`${kind}: ${found} ${what} instead of ${count}`);
      }
      if (failures.length > 0) broken.push(`${kind}: ${inWords(failures)}`);
    }
    const columns = ["Database", "Logins", "Users", "Accounts", "Orphans", "Errors"];
    return { columns, rows, broken } satisfies Figures;
  },
};

async function firstLogins(
  ends: Ends,
  kind: Kind,
  { people, each, together }: typeof measure.sizes,
) {
  const folder = temporaryFolder(ends);
  const database = await startDatabase(ends, kind, folder);
  const site = await startSite(ends, { folder, database, people });
  const agent = browserAgent(each * together);
  ends.after(() => agent.destroy());
  const failures = [];
  let logins = 0;
  for (let from = 1; from <= people; from += together) {
    const group = Math.min(together, people - from + 1);
    const persons = Array.from({ length: group * each }, (_, at) => from + (at % group));
    const doors = { origin: site.origin, agent };
    const returning = await Promise.all(persons.map((person) => leave(doors, person)));
    const outcomes = await Promise.all(returning.map((back) => comeBack(agent, back)));
    logins += outcomes.length;
    failures.push(...outcomes.filter(({ failure }) => failure !== undefined));
  }
  return { logins, failures, left: await countRows(database) };
}
