import type { Config } from "../config.ts";
import type { Keys } from "../key-rules.ts";
import type { Note } from "../note.ts";

/** What Hugging Face's keys of an architecture say, in our words. */
export interface Said {
  readonly model: Keys;
  /** Keys of `architecture`. */
  readonly architecture: Keys;
  /** What a model here cannot be. */
  readonly problems?: readonly Note[];
}

/** How the `config.json` of an architecture other than GPT-Neo is read and written. */
export interface Dialect {
  /** What is left out: the defaults of Hugging Face's class, in our words. */
  readonly defaults: Said;
  /** Our words by the keys that mean the same. */
  readonly same: Readonly<Record<string, string>>;
  /** Keys that mean something else, or the same in another form: `read` has a word for them. */
  readonly others: readonly string[];
  read(keys: Keys): Said;
  /** All of its keys that say something about the model, as Hugging Face's library reads them. */
  write(config: Config): Keys;
}
