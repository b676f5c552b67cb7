import type { BackendFixture } from "../fixture.ts";
import { form } from "./form.ts";
import { oauth1 } from "./oauth1.ts";
import { openId } from "./openid.ts";
import { openIdConnect } from "./openid-connect.ts";
import type { Protocol } from "./protocol.ts";

// OAuth 2 has nothing that needs a rehearsal of its own, nor has a backend without a protocol.
const plain: Protocol = { speaks: () => true };

/** The protocol that a fixture's provider speaks. */
export function protocolOf(fixture: BackendFixture): Protocol {
  return (
    [openIdConnect(), oauth1, openId, form].find((protocol) => protocol.speaks(fixture)) ?? plain
  );
}
