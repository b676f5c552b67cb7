import assert from "node:assert/strict";
import { test } from "node:test";
import { runCommand } from "../../packages/sallyport/test/cli/run-command.ts";
import { blocks, page } from "./markdown.ts";

test("command.md has what the command says of itself", async () => {
  const [help] = blocks(page("docs/reference/command.md")).filter(({ info }) => info === "text");
  const { code, stdout } = await runCommand(["--help"]);
  assert.equal(`${help?.code.join("\n")}\n`, stdout);
  assert.equal(code, 0);
});
