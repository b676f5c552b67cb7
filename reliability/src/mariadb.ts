import { mkdirSync } from "node:fs";
import { join } from "node:path";
import mysql from "mysql2/promise";
import type { DatabaseServer } from "./database.ts";
import { freePort } from "./folder.ts";
import type { Ends } from "./measure.ts";
import { answers } from "./postgres.ts";
import { chown, processTree } from "./process-tree.ts";
import { programs } from "./programs.ts";
import { asUser, type Running, run, start, until } from "./running.ts";

/** A MariaDB of our own as it is by default, at a port of its own. */
export async function startMariadb(ends: Ends, folder: string): Promise<DatabaseServer> {
  const owner = asUser("mysql");
  const data = join(folder, "mariadb");
  mkdirSync(data, { mode: 0o700 });
  chown(data, owner);
  run(
    programs.mariadbInstallDb(),
    [
      "--no-defaults",
      `--datadir=${data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ],
    owner,
  );
  const port = await freePort();
  const args = [
    "--no-defaults",
    `--datadir=${data}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    `--socket=${join(data, "socket")}`,
    `--pid-file=${join(data, "pid")}`,
  ];
  const root = `mysql://root@127.0.0.1:${port}`;
  const address = `${root}/sallyport`;
  let running: Running;
  const server: DatabaseServer = {
    address,
    ask: (query) => askAt(address, query),
    stop: (signal = "SIGTERM") => running.end(signal),
    async start() {
      running = start(ends, programs.mariadbd(), args, owner);
      await until("MariaDB answers", () =>
        answers({ ask: (query) => askAt(`${root}/mysql`, query) }, running),
      );
    },
    freeze(frozen) {
      const { pid } = running.child;
      for (const each of pid === undefined ? [] : processTree(pid)) {
        process.kill(each, frozen ? "SIGSTOP" : "SIGCONT");
      }
    },
  };
  await server.start();
  await askAt(`${root}/mysql`, "create database sallyport");
  return server;
}

async function askAt(uri: string, query: string) {
  const connection = await mysql.createConnection({ uri, timezone: "Z", connectTimeout: 2000 });
  try {
    const [rows] = await connection.query(query);
    return Array.isArray(rows) ? (rows as Readonly<Record<string, unknown>>[]) : [];
  } finally {
    connection.destroy();
  }
}
