import type { Glance, Look } from "./look.ts";

/** What rows are drawn with, as a program takes it. */
export interface DrawsForRows {
  readonly sharpness: Float32Array;
  readonly seed: Int32Array;
  readonly place: Int32Array;
  readonly sequence: Int32Array;
}

/**
 * What rows are drawn with, each at its place of so many; nothing for a program that draws none.
 *
 * @param looks the places of rows, and what they are told
 */
export function drawsFor(
  { kind }: Glance,
  looks: readonly (readonly [place: number, look: Look])[],
  places: number,
): readonly DrawsForRows[] {
  if (kind !== "drawn") return [];
  const sharpness = new Float32Array(places);
  const [seed, place, sequence] = [0, 0, 0].map(() => new Int32Array(places)) as Ints;
  for (const [at, look] of looks) {
    if (look.kind !== "drawn") continue;
    sharpness[at] = 1 / look.temperature;
    [seed[at], place[at], sequence[at]] = [look.seed, look.place, look.sequence];
  }
  return [{ sharpness, seed, place, sequence }];
}

type Ints = [Int32Array, Int32Array, Int32Array];
