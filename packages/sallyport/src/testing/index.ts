export { backendContract } from "./backend-contract.ts";
export type { ContractCase } from "./contract.ts";
export type {
  BackendFixture,
  Fault,
  FixtureAnswer,
  FixtureCall,
  FixtureIdentity,
  FixtureIdToken,
  FixtureVariant,
} from "./fixture.ts";
export type { MakeBackend } from "./rehearsal.ts";
export { type OpenedStorage, storageContract } from "./storage-contract.ts";
export { userStoreContract } from "./user-store-contract.ts";
