import type { Processor } from "./processor.ts";

/** A processor where it has something to do. */
export function when(on: boolean, make: () => Processor): readonly Processor[] {
  return on ? [make()] : [];
}
