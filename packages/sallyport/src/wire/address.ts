/** The first so many bits of addresses. */
export interface Prefix {
  /** 16 bits each. */
  readonly groups: readonly number[];
  readonly bits: number;
}

/** A prefix as it is written: `10.0.0.0/8`, or one whole address. */
export function toPrefix(text: string): Prefix {
  const [address = "", bits] = text.split("/");
  const groups = groupsOf(address);
  return { groups, bits: bits === undefined ? groups.length * 16 : Number(bits) };
}

/** Whether an address of the same kind begins with these bits. */
export function startsWith(groups: readonly number[], prefix: Prefix): boolean {
  if (groups.length !== prefix.groups.length) return false;
  return groups.every((group, at) => {
    const bits = Math.min(16, Math.max(0, prefix.bits - at * 16));
    return group >> (16 - bits) === (prefix.groups[at] ?? 0) >> (16 - bits);
  });
}

/** An IP address in groups of 16 bits: two or eight, or none where it is no address. */
export function groupsOf(address: string): readonly number[] {
  if (/^\d+(\.\d+){3}$/.test(address)) {
    const bytes = address.split(".").map(Number);
    if (bytes.some((byte) => byte > 255)) return [];
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    return [(a << 8) | b, (c << 8) | d];
  }
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  const url = `http://[${bare}]/`;
  if (!/^[\da-f.]*:[\da-f.:]*$/i.test(bare) || !URL.canParse(url)) return [];
  // The URL parser has turned every spelling into hexadecimal groups with one "::" at most.
  const [head = "", tail = ""] = new URL(url).hostname.slice(1, -1).split("::");
  const [left, right] = [hexadecimal(head), hexadecimal(tail)];
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function hexadecimal(groups: string): number[] {
  return groups === "" ? [] : groups.split(":").map((group) => Number.parseInt(group, 16));
}
