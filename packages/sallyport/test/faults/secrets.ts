import assert from "node:assert/strict";

/** What nobody should read in a text, as it is or in another spelling, is not in it. */
export function assertUnreadable(text: string, secrets: readonly string[]): void {
  const found = secrets.filter((secret) => spellings(secret).some((each) => text.includes(each)));
  assert.deepEqual(found, [], `can be read in ${text.slice(0, 2000)}`);
}

function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString("base64url").replace(/.$/, "");
  return [secret, encodeURIComponent(secret), bytes.toString("hex"), base64];
}
