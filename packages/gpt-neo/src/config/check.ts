import { expandAttentionTypes, layersIn } from "./attention.ts";
import type { Config } from "./config.ts";
import { originalProblems } from "./original-problems.ts";
import { rotaryProblems } from "./rotated.ts";

/** What is wrong between the keys of a config, each of which is right by itself. */
export function problems(config: Config): readonly (readonly [path: string, text: string])[] {
  const found: (readonly [string, string])[] = [];
  const { hidden_size, num_heads, num_layers, vocab_size, training } = config;
  const { head_dim, num_kv_heads } = config.architecture;
  if (num_kv_heads !== null && num_heads % num_kv_heads !== 0) {
    const told = `is ${num_kv_heads}, which does not divide num_heads ${num_heads}`;
    found.push(["architecture.num_kv_heads", told]);
  }
  if (head_dim === null && hidden_size % num_heads !== 0 && hasHeads(config)) {
    found.push(["num_heads", `is ${num_heads}, which does not divide hidden_size ${hidden_size}`]);
  }
  if (hasHeads(config)) found.push(...rotaryProblems(config));
  const layers = layersIn(config.attention_types);
  if (layers !== num_layers) {
    const told = `gives ${layers} layers, but num_layers is ${num_layers}`;
    found.push(["attention_types", told]);
  } else {
    const expanded = expandAttentionTypes(config.attention_types).join(", ");
    if (config.attention_layers.join(", ") !== expanded) {
      found.push(["attention_layers", `is not what attention_types gives: ${expanded}`]);
    }
  }
  found.push(...originalProblems(config));
  const kinds = new Set(config.attention_layers);
  if (kinds.has("local") && !["gpt_neo", "gpt_neo_mesh"].includes(config.model_type)) {
    const mistral = config.model_type === "mistral";
    const told = mistral
      ? "all layers of Mistral see a window, or none"
      : "local layers are GPT-Neo's";
    if (!mistral || kinds.size > 1) found.push(["attention_types", `has "local", but ${told}`]);
  }
  if (training.context > config.max_position_embeddings) {
    const most = `max_position_embeddings ${config.max_position_embeddings}`;
    found.push(["training.context", `is ${training.context}, more than ${most}`]);
  }
  if (training.batch_size % training.grad_accumulation !== 0) {
    const told = `is ${training.grad_accumulation}, which does not divide batch_size`;
    found.push(["training.grad_accumulation", `${told} ${training.batch_size}`]);
  }
  if (training.schedule === "slanted_triangular" && training.decay_to === 0) {
    found.push(["training.decay_to", "is 0, and slanted_triangular begins with that part too"]);
  }
  if (training.dropout_apart && !["gpt_neo", "gpt_neo_mesh"].includes(config.model_type)) {
    found.push([
      "training.dropout_apart",
      "is true, but dropout of the original's kind is GPT-Neo's",
    ]);
  }
  const { tokenizer } = training;
  // How many ids a file's tokenizer makes is known where the file is read.
  const needed = tokenizer === "bytes" ? 257 : tokenizer === "gpt2" ? 50257 : 0;
  if (vocab_size < needed) {
    const told = `${tokenizer} makes ${needed} different ids`;
    found.push(["training.tokenizer", `${told}, but vocab_size is ${vocab_size}`]);
  }
  return found;
}

/** State-space layers have no heads, whatever the key says. */
function hasHeads({ architecture }: Config): boolean {
  const layers = architecture.attention_config;
  return !layers?.every(([pattern]) => pattern.every((kind) => kind === "mamba"));
}
