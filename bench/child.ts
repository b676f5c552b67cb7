import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process of the bench, which speaks when it is spoken to. */
export interface Child {
  ask(question: object): Promise<unknown>;
  end(): Promise<void>;
}

/** A {@link Child} that serves. */
export interface ServingChild extends Child {
  readonly origin: string;
  cpuMicroseconds(): Promise<number>;
}

/** Starts a file as a process of its own. */
export function startChild(file: URL, ...args: readonly string[]): Child {
  return toChild(fork(file, args));
}

/** Starts one that {@link serve}s, and waits until it listens. */
export async function startServer(file: URL, ...args: readonly string[]): Promise<ServingChild> {
  const child = fork(file, args);
  const { port } = (await nextMessage(child)) as { readonly port: number };
  const { ask, end } = toChild(child);
  return {
    ask,
    end,
    origin: `http://127.0.0.1:${port}`,
    async cpuMicroseconds() {
      return ((await ask({})) as { readonly cpuMicroseconds: number }).cpuMicroseconds;
    },
  };
}

function toChild(child: ChildProcess): Child {
  return {
    ask(question) {
      child.send(question);
      return nextMessage(child);
    },
    async end() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error("a process of the bench ended too soon"));
    child.once("exit", gone);
    child.once("message", (message) => {
      child.off("exit", gone);
      resolve(message);
    });
  });
}
