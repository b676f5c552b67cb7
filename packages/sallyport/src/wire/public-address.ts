/**
 * Whether an IP address, as a resolver or a `URL`'s host says it, belongs to the public
 * internet: an allow-list for IPv6, where only 2000::/3 is given out, and the special
 * ranges taken from both (https://www.iana.org/assignments/iana-ipv4-special-registry/,
 * https://www.iana.org/assignments/iana-ipv6-special-registry/). What is no address is not
 * public.
 */
export function isPublicAddress(address: string): boolean {
  const groups = groupsOf(address);
  if (groups.length === 2) return isPublicV4(groups);
  // A network without IPv4 reaches it through these (RFC 6052), so what is behind them counts.
  if (startsWith(groups, nat64)) return isPublicV4(groups.slice(6));
  return (
    startsWith(groups, globalUnicast) && !specialV6.some((prefix) => startsWith(groups, prefix))
  );
}

/** Whether a `URL`'s host is an address, and no name to resolve. */
export function isAddress(host: string): boolean {
  return groupsOf(host).length > 0;
}

interface Prefix {
  /** 16 bits each. */
  readonly groups: readonly number[];
  readonly bits: number;
}

const specialV4 = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // behind a carrier's NAT
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, and the clouds' metadata
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, broadcast
].map(toPrefix);

const globalUnicast = toPrefix("2000::/3");
const nat64 = toPrefix("64:ff9b::/96");

const specialV6 = [
  "2001::/23", // protocol assignments: Teredo, ORCHID, benchmarks
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4, which holds an IPv4 address of any kind
  "3fff::/20", // documentation
].map(toPrefix);

function isPublicV4(groups: readonly number[]): boolean {
  return groups.length === 2 && !specialV4.some((prefix) => startsWith(groups, prefix));
}

function startsWith(groups: readonly number[], prefix: Prefix): boolean {
  if (groups.length !== prefix.groups.length) return false;
  return groups.every((group, at) => {
    const bits = Math.min(16, Math.max(0, prefix.bits - at * 16));
    return group >> (16 - bits) === (prefix.groups[at] ?? 0) >> (16 - bits);
  });
}

function toPrefix(text: string): Prefix {
  const [address = "", bits] = text.split("/");
  return { groups: groupsOf(address), bits: Number(bits) };
}

/** An address in groups of 16 bits: two or eight, or none where it is no address. */
function groupsOf(address: string): number[] {
  if (/^\d+(\.\d+){3}$/.test(address)) {
    const bytes = address.split(".").map(Number);
    if (bytes.some((byte) => byte > 255)) return [];
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    return [(a << 8) | b, (c << 8) | d];
  }
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  const url = `http://[${bare}]/`;
  if (!bare.includes(":") || !URL.canParse(url)) return [];
  // The URL parser has turned every spelling into hexadecimal groups with one "::" at most.
  const [head = "", tail = ""] = new URL(url).hostname.slice(1, -1).split("::");
  const [left, right] = [hexadecimal(head), hexadecimal(tail)];
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function hexadecimal(groups: string): number[] {
  return groups === "" ? [] : groups.split(":").map((group) => Number.parseInt(group, 16));
}
