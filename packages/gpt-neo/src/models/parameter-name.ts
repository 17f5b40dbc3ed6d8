/** One tensor of the published weights, and the parameter it is. */
export interface ParameterName {
  /** The path in `Parameters`: `h/0/attn/q`. */
  readonly path: string;
  /** Hugging Face's name: `transformer.h.0.attn.attention.q_proj.weight`. */
  readonly name: string;
  /** Its shape in files, where heads and their parts are one dim. */
  readonly shape: readonly number[];
}
