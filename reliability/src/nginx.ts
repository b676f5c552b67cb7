import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ends } from "./measure.ts";
import { programs } from "./programs.ts";
import { run, start, until } from "./running.ts";

const page = new URL("../../docs/how-to/run-several-processes.md", import.meta.url);

/** An nginx before several processes, with the configuration that the how-to shows. */
export interface Nginx {
  readonly origin: string;
  /** Sends nothing to the process at this port any more, or again, as the how-to says. */
  takeOut(port: number): Promise<void>;
  putBack(port: number): Promise<void>;
  /** What it has written about requests, and about itself. */
  logs(): string;
}

/** What the how-to's files become here: other places, and no certificate on loopback. */
export function configuration(
  markdown: string,
  { folder, port, processes }: { folder: string; port: number; processes: readonly number[] },
): { readonly site: string; readonly upstream: string } {
  const [site, upstream] = [...markdown.matchAll(/^```nginx\n(.*?)^```$/gms)].map(
    ([, text]) => text ?? "",
  );
  if (!site || !upstream) throw new Error("the how-to has two files for nginx");
  return {
    site: replaceAll(site, [
      ["listen 443 ssl;", `listen 127.0.0.1:${port};`],
      [/^ *ssl_certificate.*\n/gm, ""],
      ["/etc/nginx/", `${folder}/`],
      ["/var/log/nginx/", `${folder}/`],
      ["server_name portal.example.net;", "server_name localhost;"],
    ]),
    upstream: replaceAll(
      upstream,
      processes.map((process, at) => [`127.0.0.1:${3001 + at} `, `127.0.0.1:${process} `] as const),
    ),
  };
}

function replaceAll(
  text: string,
  replacements: readonly (readonly [string | RegExp, string])[],
): string {
  return replacements.reduce((before, [from, to]) => {
    const after = before.replaceAll(from, to);
    if (after === before) throw new Error(`the how-to has no "${from}"`);
    return after;
  }, text);
}

/** Starts one before the processes at these ports. */
export async function startNginx(
  ends: Ends,
  { folder, port, processes }: { folder: string; port: number; processes: readonly number[] },
): Promise<Nginx> {
  const { site, upstream } = configuration(readFileSync(page, "utf8"), {
    folder,
    port,
    processes,
  });
  const upstreamFile = join(folder, "portal-processes.conf");
  writeFileSync(upstreamFile, upstream);
  writeFileSync(join(folder, "portal.conf"), site);
  const main = join(folder, "nginx.conf");
  writeFileSync(main, surroundings(folder));
  const options = ["-c", main, "-e", join(folder, "error.log")];
  run(programs.nginx(), [...options, "-t"]);
  const nginx = start(ends, programs.nginx(), options);
  // Its workers would outlive a master that is killed.
  ends.after(() => nginx.end("SIGTERM"));
  const origin = `http://localhost:${port}`;
  await until("nginx answers", () =>
    fetch(origin).then(
      () => true,
      () => false,
    ),
  );

  async function rewrite(change: (text: string) => string): Promise<void> {
    writeFileSync(upstreamFile, change(readFileSync(upstreamFile, "utf8")));
    run(programs.nginx(), [...options, "-s", "reload"]);
  }

  return {
    origin,
    async takeOut(process) {
      await rewrite((text) => text.replace(new RegExp(`(:${process} .*);`), "$1 down;"));
      // The workers with the old file finish what they have in hand.
      await sleep(1000);
    },
    putBack: (process) =>
      rewrite((text) => text.replace(new RegExp(`(:${process} .*) down;`), "$1;")),
    logs: () =>
      ["portal.log", "error.log"].map((file) => readFileSync(join(folder, file), "utf8")).join(""),
  };
}

// What Debian's own nginx.conf has around a site, as far as it matters.
function surroundings(folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (what) => `${what}_temp_path ${join(folder, what)};`,
  );
  return `
daemon off;
pid ${join(folder, "nginx.pid")};
worker_processes auto;
events { worker_connections 768; }
http {
  ${temporary.join("\n  ")}
  include ${join(folder, "portal.conf")};
}
`;
}
