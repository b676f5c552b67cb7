import { startSandbox } from "sallyport-sandbox";
import { toPerson } from "./people.ts";

// The pretend PeeringDB in a process of its own, with as many people as it is told.
//   provider PEOPLE DELAY
const [people = "0", delay = "0"] = process.argv.slice(2);
const fault = { delayMs: Number(delay) };
const { port } = await startSandbox({
  people: Array.from({ length: Number(people) }, (_, at) => toPerson(at + 1)),
  faults: { token: fault, profile: fault },
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port });
