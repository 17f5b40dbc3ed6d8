export type { CutFile } from "./borders.ts";
export { openChunkStore } from "./chunk-store.ts";
export { type ChunkedText, openChunkedText } from "./chunked-text.ts";
export { type Crew, openCrew } from "./crew.ts";
