import { volumeOf } from "mtf/files";
import type { BoxSource, FileSource } from "mtf/simulator";
import type { ParameterName } from "../models/index.ts";
import { covering, placesIn, taken } from "./merged-dims.ts";
import type { NamedTensors } from "./source.ts";

/**
 * A parameter's numbers from weights in Hugging Face's shapes, where several of its dims may be one. In a
 * file these lie as the one does, row by row, so devices read there; else the rows and columns of a
 * device's heads are read for it, and its part of them is taken out.
 */
export function parameterSource(
  weights: NamedTensors,
  { name, dims }: Pick<ParameterName, "name" | "dims">,
): FileSource | BoxSource {
  const source = weights.inFile?.(name);
  if (source) return source;
  const groups = dims.map((group) => group.map(({ size }) => size));
  return {
    box: async (own) => {
      let next = 0;
      const places = groups.map((sizes) => {
        const ranges = own.slice(next, next + sizes.length);
        next += sizes.length;
        return placesIn(sizes, ranges);
      });
      const box = places.map(covering);
      const numbers = await weights.read(name, { box, as: "float32" });
      if (numbers.length === volumeOf(places.map(({ length }) => length))) return numbers;
      return taken(numbers, box, places);
    },
  };
}
