import { mkdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { DatabaseServer } from "./database.ts";
import { freePort } from "./folder.ts";
import type { Ends } from "./measure.ts";
import { chown, processTree } from "./process-tree.ts";
import { programs } from "./programs.ts";
import { asUser, type Running, run, start, until } from "./running.ts";

/** A PostgreSQL of our own as Debian's package sets it up, fsync on, at a port of its own. */
export async function startPostgres(ends: Ends, folder: string): Promise<DatabaseServer> {
  const owner = asUser("postgres");
  const data = join(folder, "postgres");
  mkdirSync(data, { mode: 0o700 });
  chown(data, owner);
  const cwd = data;
  run(programs.initdb(), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], {
    ...owner,
    cwd,
  });
  const port = await freePort();
  const args = ["-D", data, "-p", String(port)];
  for (const setting of ["listen_addresses=127.0.0.1", "unix_socket_directories="]) {
    args.push("-c", setting);
  }
  const address = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let running: Running;
  const server: DatabaseServer = {
    address,
    async ask(query) {
      const client = new pg.Client({ connectionString: address });
      client.on("error", () => {});
      await client.connect();
      return client.query(query).then(
        ({ rows }) => client.end().then(() => rows),
        (error: unknown) => client.end().then(() => Promise.reject(error)),
      );
    },
    // SIGINT is its fast shutdown: it rolls back what is under way and disconnects everybody.
    stop: (signal = "SIGINT") => running.end(signal),
    async start() {
      const started = start(ends, programs.postgres(), args, { ...owner, cwd });
      running = started;
      // Killed outright it would leave its shared memory behind; and it may be stopped by now.
      ends.after(() => {
        started.child.kill("SIGCONT");
        return started.end("SIGQUIT");
      });
      await until("PostgreSQL answers", () => answers(server, running));
    },
    async killConnection() {
      const [row] = await server.ask(
        "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by backend_start limit 1",
      );
      if (row) process.kill(Number(row.pid), "SIGKILL");
    },
    freeze(frozen) {
      const { pid } = running.child;
      for (const each of pid === undefined ? [] : processTree(pid)) {
        process.kill(each, frozen ? "SIGSTOP" : "SIGCONT");
      }
    },
  };
  await server.start();
  return server;
}

/** Whether a server answers a query. @throws where it has ended. */
export async function answers(
  { ask }: Pick<DatabaseServer, "ask">,
  { child, output }: Running,
): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`the database's server ended: ${output()}`);
  return ask("select 1").then(
    () => true,
    () => false,
  );
}
