import { bindArrays } from "../../backend/arrays/bind.ts";
import type { Backend, Kernel, Slice } from "../../backend/backend.ts";
import type { HostArray } from "../../dtype.ts";
import type { OpOf } from "../../graph/kinds.ts";
import { bytesAtRest, partsIn } from "../../rest/bytes.ts";
import { type Part, partsOf, type Rest } from "../../rest/rest.ts";
import { widen } from "../../rest/widen.ts";
import { volumeOf } from "../../shape.ts";
import { bytesOf } from "./bytesOf.ts";
import { after, shapeOf, sizedOf } from "./device.ts";

/** Takes rows out of a table that rests narrow: only the rows are widened, not the table. */
export function gathering(
  backend: Backend,
  op: OpOf<"gather">,
  [table, ids]: readonly [Slice, Slice],
  result: Slice,
): Kernel {
  const { dim } = op.attributes;
  const rest = restOfRows(table, ids, dim);
  const [sized, rows] = [sizedOf(table), sizedOf({ ...result, rest })];
  const taken = partsOf({ ...result, rest }).map((part) => sliceOfPart(result, part));
  const takes = partsOf(table).map((part, i) => {
    const slice = sliceOfPart(table, part);
    const scales = !slice.dims.some((d) => d.name === dim);
    // Scales that all rows have stay as they are.
    return scales ? undefined : bindArrays(op, [slice, ids], [taken[i]!]);
  });
  const shape = shapeOf(result);
  return ([narrow, places]) =>
    after(
      both(bytesOf(backend, narrow!), backend.view(places!) ?? backend.read(places!)),
      (given) => {
        const [bytes, indices] = given;
        const made = new Uint8Array(bytesAtRest(rows));
        const from = partsIn(bytes as Uint8Array, sized);
        partsIn(made, rows).forEach((to, i) => {
          const take = takes[i];
          if (take) take([from[i]!, indices], [to]);
          else to.set(from[i]!);
        });
        const numbers = new Float32Array(volumeOf(shape));
        widen(made, rows, numbers);
        return [backend.upload(numbers, shape, "float32")];
      },
    );
}

/** What the rows rest as: where each row of the table has scales of its own, each that is taken has. */
function restOfRows({ rest }: Slice, ids: Slice, dim: string): Rest {
  if (typeof rest !== "object" || !rest.scales.includes(dim)) return rest!;
  const others = rest.scales.filter((name) => name !== dim);
  return { ...rest, scales: [...others, ...ids.dims.map((d) => d.name)] };
}

/** One of the arrays that a slice rests in, as a slice. Its numbers are only moved. */
function sliceOfPart({ dims, dtype, box }: Slice, part: Part<Slice["dims"][number]>): Slice {
  const own = part.dims.map(({ name }) => box[dims.findIndex((d) => d.name === name)]!);
  return { dims: part.dims, dtype, box: own };
}

function both(
  a: HostArray | Promise<HostArray>,
  b: HostArray | Promise<HostArray>,
): [HostArray, HostArray] | Promise<[HostArray, HostArray]> {
  return a instanceof Promise || b instanceof Promise ? Promise.all([a, b]) : [a, b];
}
