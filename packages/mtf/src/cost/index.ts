export { type Entry, type Ledger, ledger } from "./ledger.ts";
export { defaultMachine, defineMachine, type Link, type MachineModel } from "./machineModel.ts";
export { type MemoryPlan, memoryPlan } from "./memory.ts";
