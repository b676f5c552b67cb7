import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A way to a server that can be cut: the server is gone then, for whoever takes this way. */
export interface Cuttable {
  readonly address: string;
  /** Ends all connections, and refuses new ones. */
  cut(): Promise<void>;
  /** Takes connections and what is said, and answers nothing, as a server that is stopped does. */
  hang(): void;
  /** Lets connections through again. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Puts one before the server of an address. */
export async function cuttable(address: string): Promise<Cuttable> {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  let hangs = false;
  const held: (() => void)[] = [];
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    socket.pipe(onward);
    onward.on("data", (answer) => {
      if (hangs) held.push(() => socket.write(answer));
      else socket.write(answer);
    });
    onward.on("end", () => socket.end());
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on("close", () => sockets.delete(end));
      end.on("error", () => {});
    }
    socket.on("close", () => onward.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  // It listens at a port, not at a path.
  const { port } = server.address() as AddressInfo;
  const url = new URL(address);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    address: url.href,
    cut: stop,
    hang() {
      hangs = true;
    },
    async mend() {
      if (!server.listening) await listen(port);
      hangs = false;
      for (const answer of held.splice(0)) answer();
    },
    close: stop,
  };
}
