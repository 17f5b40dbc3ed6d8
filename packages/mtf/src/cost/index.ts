export { type Entry, type Ledger, ledger } from "./ledger.ts";
export { type MemoryPlan, memoryPlan } from "./memory.ts";
