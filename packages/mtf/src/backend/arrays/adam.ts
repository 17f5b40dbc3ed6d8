import { extentsOf, walkSlice } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** One step of Adam with decoupled decay; with gate 0 not even a NaN of the gradient passes. */
export const adam: Bind<"adam"> = (attributes, operands, results) => {
  const { beta1, beta2, epsilon, decay } = attributes;
  const extents = extentsOf(results[0]!);
  const walks = [...operands.slice(0, 4), ...results].map((slice) => walkSlice(extents, slice));
  const [ps, gs, ms, vs, newPs, newMs, newVs] = walks as Int32Array[];
  return ([p, g, m, v, rate, c1, c2, gate], [newP, newM, newV]) => {
    const open = gate![0] !== 0;
    for (let i = 0; i < ps!.length; i++) {
      const [p0, m0, v0] = [p![ps![i]!]!, m![ms![i]!]!, v![vs![i]!]!];
      const slope = open ? g![gs![i]!]! : 0;
      const m1 = open ? beta1 * m0 + (1 - beta1) * slope : m0;
      const v1 = open ? beta2 * v0 + (1 - beta2) * slope * slope : v0;
      const step = m1 / c1![0]! / (Math.sqrt(v1 / c2![0]!) + epsilon) + decay * p0;
      newP![newPs![i]!] = open ? p0 - rate![0]! * step : p0;
      newM![newMs![i]!] = m1;
      newV![newVs![i]!] = v1;
    }
  };
};
