import {
  always,
  isOff,
  type KeyNote,
  type Keys,
  note,
  printed,
  problem,
  type Rule,
  unlessOff,
} from "../key-rules.ts";
import { dataProblem } from "./data.ts";
import { preference } from "./reasons.ts";
import { mustBe, typed } from "./rule-kinds.ts";
import { isGpt2, tokenizerFileIn } from "./tokenizer.ts";

/** What is trained on, and how it becomes ids. */
export const dataRules: Readonly<Record<string, Rule>> = {
  split: (value) =>
    typeof value === "string" && /^\s*[\d.]+(\s*[,/]\s*[\d.]+){0,2}\s*$/.test(value)
      ? undefined
      : problem(`is ${printed(value)}, not parts such as "969, 30, 1"`),
  tokenizer_type: tokenizer,
  vocab_file: (_, keys) =>
    isGpt2(keys.tokenizer_type) ? note("the vocabulary of gpt2 is built in") : undefined,
  merge_file: (_, keys) =>
    isGpt2(keys.tokenizer_type)
      ? note("the vocabulary of gpt2 is built in")
      : note("merges are in vocab_file"),
  data_path: (value, keys) =>
    isOff(keys.train_data_paths) || isOff(value)
      ? data("data_path")(value, keys)
      : note("is another than train_data_paths, which are taken"),
  train_data_paths: data("train_data_paths"),
  train_data_weights: data("train_data_weights"),
  valid_data_paths: data("valid_data_paths"),
  valid_data_weights: always("validation looks at all of its data once, in their order"),
  test_data_paths: unlessOff("no test ends a run: gpt-neo eval --data FILE measures others"),
  test_data_weights: unlessOff("no test ends a run: gpt-neo eval --data FILE measures others"),
  weight_by_num_documents: unlessOff(
    "needs all data read before the first step; weights are train_data_weights, or beside each source of `data`",
  ),
  weighted_sampler_alpha: (_, keys) =>
    isOff(keys.weight_by_num_documents)
      ? undefined
      : note("belongs to weight_by_num_documents, which is left out"),
  data_impl: always("what files hold, they tell themselves"),
  pack_impl: mustBe(["packed", null], "documents here are joined, and cut to the context"),
  dataset_impl: mustBe(["gpt2", null], preference),
  train_impl: mustBe(["normal", null], preference),
  eod_mask_loss: typed("boolean"),
  reset_attention_mask: typed("boolean"),
  reset_position_ids: typed("boolean"),
};

function tokenizer(value: unknown, keys: Keys): KeyNote | undefined {
  if (isGpt2(value) || tokenizerFileIn(keys) !== undefined) return undefined;
  if (value === "HFTokenizer")
    return note(
      'is without vocab_file, its tokenizer.json: `tokenizer: "FILE"` gives it, and vocab_size',
    );
  return note('is another than gpt2: `tokenizer: "FILE"` gives it, and vocab_size');
}

/** A key of data, which is right or says what is wrong. */
function data(key: string): Rule {
  return (value, keys) => {
    const wrong = dataProblem(key, value, keys);
    return wrong === undefined ? undefined : problem(wrong);
  };
}
