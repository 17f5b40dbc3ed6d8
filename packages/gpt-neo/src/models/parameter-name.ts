import type { Dimension } from "mtf";

/** One tensor of the published weights, and the parameter it is. */
export interface ParameterName {
  /** The path in `Parameters`: `h/0/attn/q`. */
  readonly path: string;
  /** Hugging Face's name: `transformer.h.0.attn.attention.q_proj.weight`. */
  readonly name: string;
  /** Its shape in files, where several dims of the parameter may be one: heads and their parts are. */
  readonly shape: readonly number[];
  /** The parameter's dims, those of each dim of the file in a list. */
  readonly dims: readonly (readonly Dimension[])[];
}
