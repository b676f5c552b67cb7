import Database from "better-sqlite3";
import { startSite } from "../site.ts";
import { postgresUsers, sqliteUsers } from "./own-users-kinds.ts";

// A process that somebody signs in at for the first time, or is removed, with people whom our
// transactions do not reach. It kills itself before the statement of this number, counted from
// the first intent on, of either database; with a number below 0 it leaves that to others.
//   detached-process.ts DATABASE PEOPLE login|removal NUMBER

const [address = "", people = "", what, number] = process.argv.slice(2);
const kind = address.startsWith("postgres:") ? postgresUsers : sqliteUsers;
const { store } = kind.detached(people, "text");
const storage = kind.open(address, store);
const { auth, browser } = await startSite({ after: () => {} }, { storage });
const ada = browser();
let left = Number(number);
let counting = false;

const { prepare } = Database.prototype;
Database.prototype.prepare = function (this: Database.Database, text: string) {
  const statement = prepare.call(this, text);
  for (const name of ["all", "run"] as const) {
    const ask = statement[name].bind(statement) as (...values: unknown[]) => unknown;
    statement[name] = ((...values: unknown[]) => {
      counting ||= armed && text.startsWith("insert into social_intent");
      if (counting && left-- === 0) process.kill(process.pid, "SIGKILL");
      return ask(...values);
      // It answers what it answered before.
    }) as never;
  }
  return statement;
} as typeof prepare;

let armed = false;
await storage.migrate();
const back = await ada.leaveFor("example");
armed = what === "login";
console.log("ready");
const answer = await ada.send("GET", back);
if (answer.status !== 303) throw new Error(`status ${answer.status}`);
if (what === "removal") {
  const user = await auth.user({ headers: { cookie: ada.cookieHeader() } });
  armed = true;
  console.log("removing");
  await storage.users.remove(user?.id ?? "");
}
console.log("done");
process.exit();
