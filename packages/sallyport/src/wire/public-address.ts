import { groupsOf, startsWith, toPrefix } from "./address.ts";

/**
 * Whether an IP address, as a resolver or a `URL`'s host says it, belongs to the public
 * internet: an allow-list for IPv6, where only 2000::/3 is given out, and the special
 * ranges taken from both (https://www.iana.org/assignments/iana-ipv4-special-registry/,
 * https://www.iana.org/assignments/iana-ipv6-special-registry/). What is no address is not
 * public.
 */
export function isPublicAddress(address: string): boolean {
  return isPublic(groupsOf(address));
}

/** The same of an address in its groups. */
export function isPublic(groups: readonly number[]): boolean {
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
