import type { SampleSet } from "./samples.ts";

/**
 * So many samples of a set, spread evenly over it: enough to know a loss by, whatever the data's size.
 *
 * @example
 * thinned(held, 64 * 8).count; // 512, or fewer where there are not as many
 */
export function thinned(samples: SampleSet, most: number): SampleSet {
  if (samples.count <= most) return samples;
  return {
    context: samples.context,
    tokens: Math.round((samples.tokens * most) / samples.count),
    count: most,
    read: (index, into, labels) =>
      samples.read(Math.floor((index * samples.count) / most), into, labels),
  };
}
