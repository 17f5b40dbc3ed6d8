export { gatherCheckpoint } from "./gather.ts";
export { type Checkpoint, openCheckpoint } from "./open.ts";
export { isCheckpoint, removeCheckpoint } from "./remove.ts";
export { saveCheckpoint } from "./save.ts";
export type { OnlyHeld } from "./tree.ts";
