import { type KeyNote, note, printed, problem } from "../key-rules.ts";

/** Layers by their kinds, and how often each pattern is repeated. */
type Layers = readonly (readonly [readonly string[], number])[];

/** The kinds of layers that NeoX has; "flash" is another way to compute "global". */
const kinds = [
  ...["global", "flash", "local", "sparse_fixed", "sparse_variable", "bigbird"],
  ...["bslongformer", "gmlp", "amlp", "rwkv", "mamba"],
];

/** What is to be said about `attention_config`; whether the model has such layers, it says itself. */
export function attentionConfig(value: unknown): KeyNote | undefined {
  if (value === null) return undefined;
  const layers = expandAttention(value, 1);
  if (layers === undefined) return problem(`is ${printed(value)}, not such as [[["global"], 12]]`);
  const all = layers.flatMap(([pattern]) => pattern);
  const unknown = all.find((kind) => !kinds.includes(kind));
  if (unknown !== undefined) {
    return problem(`has "${unknown}"; NeoX's layers are ${kinds.join(", ")}`);
  }
  if (all.includes("local"))
    return note('"local" is sparse in blocks there, no window as GPT-Neo\'s');
  return printed(value).includes('"flash"')
    ? note('"flash" is computed as "global", which it equals')
    : undefined;
}

/**
 * `[[["global"], 12]]` in our terms; `all` in place of a number repeats to the last layer. Undefined
 * where it is nothing of the kind.
 */
export function expandAttention(value: unknown, layers: number): Layers | undefined {
  if (value === undefined || value === null) return [[["global"], layers]];
  if (!Array.isArray(value)) return undefined;
  if (value.length > 0 && value.every((type) => typeof type === "string")) {
    return [[value.map(globally), 1]];
  }
  const types: [string[], number][] = [];
  for (const item of value as unknown[]) {
    const [pattern, repeat] = Array.isArray(item) ? item : [];
    if (!Array.isArray(pattern) || pattern.length === 0) return undefined;
    if (!pattern.every((type) => typeof type === "string")) return undefined;
    if (repeat !== "all" && !Number.isSafeInteger(repeat)) return undefined;
    const names = pattern.map(globally);
    types.push([names, repeat === "all" ? Math.max(1, layers / pattern.length) : repeat]);
  }
  return types;
}

/** Whether layers of this kind are GPT-Neo's, too. */
export function isGlobal(kind: string): boolean {
  return kind === "global";
}

function globally(type: string): string {
  return type === "flash" ? "global" : type;
}
