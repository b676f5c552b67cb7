import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { programs } from "./programs.ts";

/** What the figures were measured on and when, as a line below them. */
export function machine(now: Date): string {
  const facts = [
    `${cpus().length} cores (${cpus()[0]?.model.trim()})`,
    `Node.js ${process.versions.node}`,
    `PostgreSQL ${versionOf(programs.postgres())}`,
    `MariaDB ${versionOf(programs.mariadbd())}`,
    `nginx ${versionOf(programs.nginx(), "-v")}`,
  ];
  return `Measured on ${now.toISOString().slice(0, 10)}: ${facts.join(", ")}.`;
}

function versionOf(program: string, option = "--version"): string {
  const { stdout, stderr } = spawnSync(program, [option], { encoding: "utf8" });
  return /\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? "unknown";
}
