import { fork } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import type { OwnDatabase } from "./database.ts";
import { freePort } from "./folder.ts";
import type { Ends } from "./measure.ts";
import { type Nginx, startNginx } from "./nginx.ts";
import { type Running, until, watch } from "./running.ts";
import type { Settings } from "./settings.ts";

/** One process of the application. It comes back to its port. */
export interface ApplicationProcess {
  readonly port: number;
  readonly running: Running;
  /** Starts it again, and waits until it is ready. */
  start(): Promise<void>;
  isReady(): Promise<boolean>;
}

/** Two processes of the application behind nginx, with a database and a provider. */
export interface Site {
  readonly origin: string;
  readonly database: OwnDatabase;
  /** The sandbox. */
  readonly provider: string;
  readonly nginx: Nginx;
  readonly processes: readonly ApplicationProcess[];
}

/** What a site is made of. */
export interface SiteOptions {
  readonly folder: string;
  readonly database: OwnDatabase;
  /** How many people there are at the sandbox. */
  readonly people: number;
  /** Milliseconds that the sandbox takes to answer each of our requests. Default 20. */
  readonly delay?: number;
  /** Seconds for which a process that is told to end goes on accepting. Default 0. */
  readonly drainSeconds?: number;
}

/** Starts all but the database. */
export async function startSite(ends: Ends, options: SiteOptions): Promise<Site> {
  const { folder, database, people, delay = 20, drainSeconds = 0 } = options;
  const sandbox = startFile(ends, "provider", String(people), String(delay));
  const [{ port: sandboxPort }] = await once(sandbox.child, "message");
  const provider = `http://localhost:${sandboxPort}`;
  const port = await freePort();
  const common = { origin: `http://localhost:${port}`, database: database.address, provider };
  const processes = [];
  for (const at of [await freePort(), await freePort()]) {
    processes.push(await startApplication(ends, { ...common, port: at, drainSeconds }));
  }
  const ports = processes.map((process) => process.port);
  const nginx = await startNginx(ends, { folder, port, processes: ports });
  return { origin: nginx.origin, database, provider, nginx, processes };
}

async function startApplication(ends: Ends, settings: Settings): Promise<ApplicationProcess> {
  let running: Running;
  const isReady = () =>
    fetch(`http://127.0.0.1:${settings.port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const application: ApplicationProcess = {
    port: settings.port,
    get running() {
      return running;
    },
    async start() {
      running = startFile(ends, "application", JSON.stringify(settings));
      await until("a process of the application is ready", () => {
        if (running.child.exitCode !== null) throw new Error(running.output());
        return isReady();
      });
    },
    isReady,
  };
  await application.start();
  return application;
}

/** Starts one of our own files as a process, compiled or not as this one is. */
function startFile(ends: Ends, name: string, ...args: readonly string[]): Running {
  const file = new URL(`./${name}${extname(import.meta.filename)}`, import.meta.url);
  return watch(ends, fork(file, args, { silent: true }));
}
