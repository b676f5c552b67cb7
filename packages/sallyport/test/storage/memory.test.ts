import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStorage } from "../../src/storage/memory.ts";
import { storageContract } from "../../src/testing/index.ts";
import { ada, later, now } from "../../src/testing/storage-cases/samples.ts";

const open = async () => ({ storage: memoryStorage(), close: async () => {} });
for (const { name, run } of storageContract(open)) test(`${name} (memory)`, run);

test("two storages in memory know nothing of each other", async () => {
  const [one, other] = [memoryStorage(), memoryStorage()];
  await one.users.add(ada, now);
  assert.equal(await other.users.findByUsername("ada"), undefined);
});

test("keys that have expired are forgotten, so that nothing grows for ever (memory)", async () => {
  const { used } = memoryStorage();
  await used.add("key", later, now);
  const muchLater = new Date(later.getTime() + 1);
  assert.equal(await used.add("key", muchLater, muchLater), true);
});
