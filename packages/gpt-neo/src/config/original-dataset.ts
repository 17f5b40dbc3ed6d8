import { isObject } from "../json.ts";
import { type Keys, noTasks } from "./key-rules.ts";
import type { Note } from "./note.ts";

/** The files that belong to an original config beside itself. */
export interface DatasetFiles {
  /** `dataset_configs/NAME.json` by name, those that were found. */
  readonly configs: Readonly<Record<string, unknown>>;
  /** Whether there is a file of that name. */
  readonly exists: (file: string) => boolean;
}

/** Where there is nothing beside a config. */
export const noFiles: DatasetFiles = { configs: {}, exists: () => false };

/** What a dataset config says, as far as it means something here. */
export interface Dataset {
  readonly path?: string;
  readonly evalPath?: string;
  /** Null where it is one that cannot be had. */
  readonly tokenizer?: string | null;
  readonly endOfText?: number;
  readonly notes: readonly Note[];
  readonly problems: readonly Note[];
}

const giveData = "give the files as `data`";
const meaningless: Readonly<Record<string, string>> = {
  padding_id: "padding is told by a mask here, never by an id",
  lambada_tokens_path: noTasks,
};
const meaningful = [
  ...["path", "eval_path", "n_vocab", "eos_id"],
  ...["tokenizer_path", "tokenizer_is_pretrained"],
];

/**
 * A dataset config of the original's as what it means here. Every key comes to something, or to a
 * note that says why not.
 *
 * @param config the object of the file, or undefined if there is none
 * @param model the keys of the model's config
 */
export function datasetOf(
  name: string,
  config: unknown,
  model: Keys,
  files: DatasetFiles,
): Dataset {
  const notes: Note[] = [];
  const problems: Note[] = [];
  const say = (key: string, reason: string) => void notes.push([`${name}.${key}`, reason]);
  const refuse = (key: string, reason: string) => void problems.push([`${name}.${key}`, reason]);
  if (config === undefined) {
    const place = `dataset_configs/${name}.json beside the config or in ./configs`;
    return { notes: [[`datasets.${name}`, `has no ${place}: ${giveData}`]], problems };
  }
  if (!isObject(config)) return { notes, problems: [[name, "is no object of keys and values"]] };

  for (const key of Object.keys(config)) {
    if (Object.hasOwn(meaningless, key)) say(key, meaningless[key]!);
    else if (!meaningful.includes(key)) say(key, "is no key of GPT-Neo's dataset configs");
  }
  const textOf = (key: string): string | undefined => {
    const value = config[key] ?? "";
    if (typeof value !== "string") refuse(key, `is ${JSON.stringify(value)}, no path`);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const localOf = (key: string, otherwise: string): string | undefined => {
    const path = textOf(key);
    if (path === undefined || !isRemote(path)) return path;
    say(key, `is ${path}, which is not on this machine: ${otherwise}`);
    return undefined;
  };
  const path = localOf("path", giveData);
  if (path === undefined && !config.path) say("path", `is missing: ${giveData}`);
  const evalPath = localOf(
    "eval_path",
    "a part of the data is held back, or `validationData` has others",
  );
  const tokenizer = tokenizerOf(config, textOf("tokenizer_path"), files, say);
  const { n_vocab, eos_id: end } = config;
  if (typeof n_vocab === "number" && n_vocab > Number(model.n_vocab)) {
    refuse("n_vocab", `is ${n_vocab}, more than the model's n_vocab ${model.n_vocab}`);
  }
  const isId = typeof end === "number" && Number.isSafeInteger(end) && end >= 0;
  if (!isId && end !== undefined && end !== null) {
    refuse("eos_id", `is ${JSON.stringify(end)}, no whole number from 0 on`);
  }
  return {
    ...(path !== undefined && { path }),
    ...(evalPath !== undefined && { evalPath }),
    ...(tokenizer !== undefined && { tokenizer }),
    ...(isId && { endOfText: end }),
    notes,
    problems,
  };
}

function tokenizerOf(
  config: Keys,
  path: string | undefined,
  { exists }: DatasetFiles,
  say: (key: string, reason: string) => void,
): string | null | undefined {
  if (path === undefined || path === "gpt2") return path;
  if (config.tokenizer_is_pretrained) {
    say("tokenizer_path", `is ${path}, which is not built in: \`tokenizer: "FILE"\` has it`);
    return null;
  }
  if (exists(path)) return path;
  say("tokenizer_path", `is ${path}, which is not there: text needs \`tokenizer: "FILE"\``);
  return null;
}

/** Whether a path is a place on the net, such as `gs://neo-datasets/pile`. */
function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path);
}
