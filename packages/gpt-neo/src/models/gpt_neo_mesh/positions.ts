import {
  add,
  div,
  gather,
  iota,
  lessEqual,
  mod,
  mul,
  rename,
  slice,
  type Tensor,
  where,
} from "mtf";
import type { Config } from "../../config/index.ts";
import type { ForwardOptions } from "../model.ts";
import { type Declared, matrix } from "../parameter.ts";
import type { MeshDims } from "./dims.ts";

/** The tables of positions: one, two, or with rotary embeddings none. */
export interface Positions {
  readonly wpe?: Tensor<"position" | "embd">;
  readonly axial_wpe_1?: Tensor<"axial_dim_0" | "embd">;
  readonly axial_wpe_2?: Tensor<"axial_dim_1" | "embd">;
}

export function positionParameters(config: Config, dims: MeshDims): Declared<Positions> {
  const { embd, position, axial_dim_0, axial_dim_1 } = dims;
  if (config.architecture.pos_emb === "rotary") return {};
  if (config.original.axial_pos_emb === null) {
    return { wpe: matrix("transformer.wpe.weight", [position, embd], "wpe") };
  }
  return {
    axial_wpe_1: matrix("transformer.axial_wpe_1.weight", [axial_dim_0, embd], "wpe"),
    axial_wpe_2: matrix("transformer.axial_wpe_2.weight", [axial_dim_1, embd], "wpe"),
  };
}

/** What is added to words: of positions 0, 1, 2 … the same for all rows. */
export function positionsOf(
  { wpe, axial_wpe_1, axial_wpe_2 }: Positions,
  { length }: MeshDims,
  positions: ForwardOptions["positions"],
): Tensor<"batch" | "length" | "embd"> | undefined {
  if (axial_wpe_1 && axial_wpe_2) {
    const own = positions ?? (iota(length) as never);
    return axial(axial_wpe_1, axial_wpe_2, own);
  }
  if (!wpe) return undefined;
  if (positions) return gather(wpe, positions, "position");
  return rename(slice(wpe, "position", 0, length.size), "position", "length") as never;
}

/** The means of a row of each table. Positions beyond their product are zeros, as in the original. */
function axial(
  first: Tensor<"axial_dim_0" | "embd">,
  second: Tensor<"axial_dim_1" | "embd">,
  positions: Tensor<"batch" | "length", "int32">,
): Tensor<"batch" | "length" | "embd"> {
  const { size } = second.dims.axial_dim_1;
  const last = first.dims.axial_dim_0.size * size - 1;
  const column = where(lessEqual(positions, last), mod(positions, size), -1);
  const row = div(positions, size);
  return mul(add(gather(first, row, "axial_dim_0"), gather(second, column, "axial_dim_1")), 0.5);
}
