import { chownSync, readdirSync, readFileSync } from "node:fs";

/** A process and all that it started, and they; of Linux. */
export function processTree(pid: number): readonly number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
  return [pid, ...children.flatMap(processTree)];
}

/** Bytes of memory that a process holds. */
export function memoryOf(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return pages * 4096;
}

function parentOf(pid: string): number | undefined {
  try {
    // The name before it is in brackets, and may have spaces in it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return Number(fields[1]);
  } catch {
    return undefined; // it has ended meanwhile
  }
}

/** Gives a folder to the user that a server runs as. */
export function chown(path: string, { uid, gid }: { uid?: number; gid?: number }): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}
