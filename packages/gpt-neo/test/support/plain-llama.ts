// Llama and Mistral from their formulas, in plain loops over float64, one row of ids: what the model is
// compared with where no library's numbers are at hand.

/** How it differs from the plain Llama. */
export interface PlainOptions {
  readonly heads: number;
  readonly keyHeads: number;
  readonly epsilon: number;
  /** By how much each pair of a head's elements turns from one position to the next. */
  readonly frequencies: readonly number[];
  /** How many tokens each sees, itself the last. */
  readonly window: number;
}

type Weights = ReadonlyMap<string, Float64Array>;
type Vector = readonly number[];

/** The logits of what follows each id. */
export function plainLlama(
  weights: Weights,
  ids: readonly number[],
  options: PlainOptions,
): Vector[] {
  const weight = (name: string): Float64Array => weights.get(`${name}.weight`)!;
  const width = weight("model.norm").length;
  let rows = ids.map(
    (id): Vector => [...weight("model.embed_tokens").subarray(id * width, (id + 1) * width)],
  );
  for (let layer = 0; weights.has(`model.layers.${layer}.input_layernorm.weight`); layer++) {
    const of = (name: string): Float64Array => weight(`model.layers.${layer}.${name}`);
    const normed = rows.map((x) => norm(x, of("input_layernorm"), options.epsilon));
    const seen = attended(normed, of, options);
    const between = rows.map((x, i) => plus(x, seen[i]!));
    rows = between.map((x) => {
      const y = norm(x, of("post_attention_layernorm"), options.epsilon);
      const gate = times(of("mlp.gate_proj"), y).map((one) => one / (1 + Math.exp(-one)));
      const up = times(of("mlp.up_proj"), y);
      return plus(
        x,
        times(
          of("mlp.down_proj"),
          gate.map((one, i) => one * up[i]!),
        ),
      );
    });
  }
  return rows.map((x) => times(weight("lm_head"), norm(x, weight("model.norm"), options.epsilon)));
}

function attended(
  rows: readonly Vector[],
  of: (name: string) => Float64Array,
  { heads, keyHeads, frequencies, window }: PlainOptions,
): Vector[] {
  const cut = (x: Vector, count: number): Vector[] => {
    const size = x.length / count;
    return Array.from({ length: count }, (_, i) => x.slice(i * size, (i + 1) * size));
  };
  const q = rows.map((x, at) =>
    cut(times(of("self_attn.q_proj"), x), heads).map((one) => turned(one, at, frequencies)),
  );
  const k = rows.map((x, at) =>
    cut(times(of("self_attn.k_proj"), x), keyHeads).map((one) => turned(one, at, frequencies)),
  );
  const v = rows.map((x) => cut(times(of("self_attn.v_proj"), x), keyHeads));
  return rows.map((_, at) => {
    const mixed = q[at]!.flatMap((query, head) => {
      const shared = Math.floor(head / (heads / keyHeads));
      const from = Math.max(0, at - window + 1);
      const scores = k
        .slice(from, at + 1)
        .map((key) => dot(query, key[shared]!) / Math.sqrt(query.length));
      const most = Math.max(...scores);
      const parts = scores.map((score) => Math.exp(score - most));
      const all = parts.reduce((sum, x) => sum + x, 0);
      return query.map((_, i) =>
        parts.reduce((sum, part, j) => sum + (part / all) * v[from + j]![shared]![i]!, 0),
      );
    });
    return times(of("self_attn.o_proj"), mixed);
  });
}

/** Element i of the first half and of the second are a pair. */
function turned(x: Vector, at: number, frequencies: readonly number[]): Vector {
  const half = x.length / 2;
  return x.map((one, i) => {
    const angle = at * frequencies[i % half]!;
    const other = i < half ? -x[i + half]! : x[i - half]!;
    return one * Math.cos(angle) + other * Math.sin(angle);
  });
}

function norm(x: Vector, gain: Float64Array, epsilon: number): Vector {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + epsilon);
  return x.map((one, i) => one * scale * gain[i]!);
}

/** A matrix of rows, as files have it, times a vector. */
function times(matrix: Float64Array, x: Vector): Vector {
  return Array.from({ length: matrix.length / x.length }, (_, row) =>
    x.reduce((sum, one, i) => sum + one * matrix[row * x.length + i]!, 0),
  );
}

const plus = (a: Vector, b: Vector): Vector => a.map((one, i) => one + b[i]!);
const dot = (a: Vector, b: Vector): number => a.reduce((sum, one, i) => sum + one * b[i]!, 0);
