import type { Buffer } from "../../../backend/backend.ts";

/** By device, the slots of the program that it runs, from the first phase of a collective on. */
export type Shown = Map<number, readonly (Buffer | undefined)[]>;
