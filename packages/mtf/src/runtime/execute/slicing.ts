import type { Backend, Kernel, Slice } from "../../backend/backend.ts";
import { overlapOf } from "../../backend/slices/walk.ts";
import type { Attributes } from "../../graph/kinds.ts";
import { widen } from "../../rest/widen.ts";
import { volumeOf } from "../../shape.ts";
import { cutResting } from "../sources/cutResting.ts";
import { bytesOf } from "./bytesOf.ts";
import { after, shapeOf, sizedOf } from "./device.ts";

/** A slice along a dim of what rests narrow: only what it keeps is widened. */
export function slicing(
  backend: Backend,
  { dim, begin }: Attributes["slice"],
  x: Slice,
  result: Slice,
): Kernel {
  const [sized, shape] = [sizedOf(x), shapeOf(result)];
  const { from } = overlapOf(dim, x, result, -begin);
  const box = x.dims.map(({ name }, d) => {
    return { begin: name === dim ? from : 0, size: shape[d]! };
  });
  return ([buffer]) =>
    after(bytesOf(backend, buffer!), (bytes) => {
      const kept = cutResting({ bytes, sized }, box);
      const numbers = new Float32Array(volumeOf(shape));
      widen(kept.bytes, kept.sized, numbers);
      return [backend.upload(numbers, shape, "float32")];
    });
}
