import { mysqlStorage } from "../../src/storage/mysql.ts";
import { postgresStorage } from "../../src/storage/postgres.ts";
import { startSite } from "../site.ts";

// One of several processes of an application. Its people are the same person, each at a
// browser of their own; all of them come back from the provider when it is told to go on.
//   login-process.ts ADDRESS PEOPLE

const [address = "", people = "1"] = process.argv.slice(2);
const storage = (address.startsWith("postgres:") ? postgresStorage : mysqlStorage)(address);
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
