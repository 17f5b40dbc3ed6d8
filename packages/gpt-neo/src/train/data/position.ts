import type { Position } from "../../data/index.ts";
import type { Progress } from "../checkpoint.ts";

/**
 * Where a run is in its data. What is behind it is counted in tokens, so with another context it is at
 * another sample.
 *
 * @param context tokens a sample has now
 */
export function positionIn({ position, settings }: Progress, context: number): Position {
  const before = settings.context;
  if (typeof before !== "number" || before === context) return position;
  return scaled(position, before / context);
}

function scaled({ index, sources, ...rest }: Position, by: number): Position {
  return {
    ...rest,
    index: Math.floor(index * by),
    ...(sources && { sources: sources.map((one) => scaled(one, by)) }),
  };
}
