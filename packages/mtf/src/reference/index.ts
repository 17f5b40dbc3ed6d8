export { referenceBackend } from "./backend.ts";
export { bindHost } from "./bind.ts";
export type { HostKernel, LocalKind } from "./kernel.ts";
