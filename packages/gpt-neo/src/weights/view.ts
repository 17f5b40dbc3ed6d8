import type { ArrayFor, ReadAs, ReadOptions } from "mtf/checkpoint";
import { checkBox, findTensor, wholeBox } from "mtf/files";
import type { Box, NamedTensors, WeightTensor } from "./source.ts";

/** A tensor under another name, maybe transposed, maybe with fewer rows. */
export interface Viewed extends WeightTensor {
  /** Its name in the source. */
  readonly from: string;
  readonly transposed: boolean;
}

/**
 * Tensors of a source under other names and in another orientation. A box costs what it costs in
 * the source, and as much memory again where it is transposed.
 */
export function viewTensors(
  source: NamedTensors,
  views: Iterable<Viewed>,
  file: string,
): NamedTensors {
  const tensors = new Map<string, Viewed>();
  for (const view of views) tensors.set(view.name, view);
  return {
    tensors,
    async read(name, options) {
      return (await readView(source, findTensor(tensors, name, file), options)) as never;
    },
    inFile(name) {
      const view = tensors.get(name);
      // Fewer rows are the first ones, which lie where all of them do.
      return view && !view.transposed ? source.inFile?.(view.from) : undefined;
    },
  };
}

async function readView(
  source: NamedTensors,
  { from, shape, transposed }: Viewed,
  options: ReadOptions = {},
): Promise<ArrayFor[ReadAs]> {
  // Always a box: a view with fewer rows than its source must not read them all.
  const { box = wholeBox(shape) } = options;
  checkBox(shape, box);
  if (!transposed) return source.read(from, { ...options, box });
  const values = await source.read(from, { ...options, box: [...box].reverse() });
  return transpose(values, box);
}

/** As many rows and columns as stay in the cache while they are exchanged. */
const tile = 32;

/** The numbers of a box [rows, columns] that came as [columns, rows]. */
function transpose(values: ArrayFor[ReadAs], box: Box): ArrayFor[ReadAs] {
  const [rows, columns] = [box[0]!.size, box[1]!.size];
  const result = values.slice();
  for (let r0 = 0; r0 < rows; r0 += tile) {
    const r1 = Math.min(rows, r0 + tile);
    for (let c0 = 0; c0 < columns; c0 += tile) {
      const c1 = Math.min(columns, c0 + tile);
      for (let r = r0; r < r1; r++) {
        for (let c = c0; c < c1; c++) result[r * columns + c] = values[c * rows + r]!;
      }
    }
  }
  return result;
}
