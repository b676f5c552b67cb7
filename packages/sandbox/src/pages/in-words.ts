/**
 * A permission bitmask in words. PeeringDB's documentation draws the bits the other way round;
 * these are the constants of its code.
 *
 * https://github.com/20c/grainy/blob/67cf48c/src/grainy/const.py
 */
export function permissionsInWords(bits: unknown): string {
  if (typeof bits !== "number") return `${JSON.stringify(bits) ?? "absent"} (no bitmask)`;
  const names = ["read", "update", "create", "delete"].filter((_, bit) => bits & (1 << bit));
  return names.join(", ") || "nothing";
}

/** Ways to sign in, with the AMR that PeeringDB's code gives for each, in its order. */
export const waysToSignIn: readonly { readonly amr: string; readonly words: string }[] = [
  { amr: "pwd", words: "password" },
  { amr: "pwd,otp,mfa", words: "password + one-time code" },
  { amr: "pwd,swk,mfa", words: "password + security key" },
  { amr: "swk", words: "passkey" },
  { amr: "", words: "not known" },
];
