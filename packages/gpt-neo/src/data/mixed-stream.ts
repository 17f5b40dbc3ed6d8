import { blockOf, blockPlaces, sharesOf, startsOf } from "./mixture.ts";
import { permutation } from "./permutation.ts";
import { remembered } from "./remembered.ts";
import { isStream, type SampleStream, type Samples, takeFrom } from "./sample-stream.ts";
import { type Position, start } from "./samples.ts";

/**
 * Several sources as one stream that takes from each in its share, every sample of a source once before
 * any of it again. Where it is in each is part of its position, as nothing says how many samples there
 * are.
 *
 * @example
 * const stream = mixedStream([books, web], [0.3, 0.7]);
 */
export function mixedStream(parts: readonly Samples[], weights: readonly number[]): SampleStream {
  const shares = sharesOf(weights);
  const starts = startsOf(shares);
  const blocks = remembered((seed: number) =>
    remembered((block) => blockOf(permutation(blockPlaces, [seed, block, 1]), starts)),
  );
  const placesIn = ({ sources }: Position): readonly Position[] =>
    sources ?? parts.map(() => start);
  return {
    context: parts[0]!.context,
    async prepare(at, seed) {
      const places = placesIn(at);
      await Promise.all(
        parts.map((part, i) => (isStream(part) ? part.prepare(places[i]!, seed) : undefined)),
      );
    },
    async read(at, seed, tokens, labels) {
      const { setAt } = blocks(seed)(Math.floor(at.index / blockPlaces));
      const source = setAt[at.index % blockPlaces]!;
      const before = placesIn(at);
      const { batch, next } = await takeFrom(parts[source]!, before[source]!, 1, seed);
      tokens.set(batch.tokens);
      labels.set(batch.labels);
      return { epoch: 0, index: at.index + 1, sources: before.with(source, next) };
    },
  };
}
