export { type Checkpoint, openCheckpoint } from "./open.ts";
export { saveCheckpoint } from "./save.ts";
