export { backendContract, type ContractCase } from "./backend-contract.ts";
export type {
  BackendFixture,
  Fault,
  FixtureAnswer,
  FixtureCall,
  FixtureIdentity,
  FixtureVariant,
} from "./fixture.ts";
export type { MakeBackend } from "./rehearsal.ts";
