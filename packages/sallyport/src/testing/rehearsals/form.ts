import { type Contract, type ContractCase, refusedCase } from "../contract.ts";
import type { Protocol } from "./protocol.ts";

/** A form of the backend's own: what is left empty lets nobody in. */
export const form: Protocol = {
  speaks: ({ departure }) => "page" in departure && departure.page.fields !== undefined,
  cases: emptyFields,
};

function emptyFields(contract: Contract): readonly ContractCase[] {
  const { callback, departure } = contract.fixture;
  const fields = "page" in departure ? (departure.page.fields ?? []) : [];
  return fields.map((field) =>
    refusedCase(
      contract,
      `refuses a form whose ${field} is empty`,
      { code: "data_invalid", stage: "callback" },
      { callback: { ...callback, [field]: "" }, calls: [] },
    ),
  );
}
