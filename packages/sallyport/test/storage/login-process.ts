import { startSite } from "../site.ts";
import { mysqlUsers, postgresUsers, sqliteUsers } from "./own-users-kinds.ts";

// One of several processes of an application. Its people are the same person, each at a
// browser of their own; all of them come back from the provider when it is told to go on.
//   login-process.ts ADDRESS PEOPLE [DATABASE]
// With a database they are in a table there, by connections of their own.

const [address = "", people = "1", table] = process.argv.slice(2);
const kinds = [postgresUsers, mysqlUsers];
const kind = kinds.find(({ scheme }) => address.startsWith(scheme)) ?? sqliteUsers;
const storage = kind.open(address, table ? kind.detached(table, "text").store : undefined);
const { browser } = await startSite({ after: () => {} }, { storage });

const backs = await Promise.all(
  Array.from({ length: Number(people) }, async () => {
    const person = browser();
    return { person, back: await person.leaveFor("example") };
  }),
);
console.log("ready");
await new Promise((resolve) => process.stdin.once("data", resolve));
const answers = await Promise.all(backs.map(({ person, back }) => person.send("GET", back)));
console.log(JSON.stringify(answers.map(({ status }) => status)));
process.exit();
