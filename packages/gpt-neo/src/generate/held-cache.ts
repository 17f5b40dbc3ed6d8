import { dispose } from "mtf";
import type { Held, Sharded } from "mtf/simulator";
import type { LoadedModel } from "../loaded-model.ts";
import type { Cache } from "../models/index.ts";
import type { Room } from "./decoding.ts";
import type { Glanced } from "./extend.ts";
import type { DrawsForRows } from "./few/draws-for.ts";
import type { Glance } from "./few/look.ts";
import type { Tokens } from "./tokens.ts";

/** What continues rows: a model, or one that is being trained. */
export type Continuing = Pick<LoadedModel, "context" | "parameters" | "decoding">;

/** A cache on devices, from call to call. */
export interface HeldCache {
  readonly room: () => Room;
  /** Makes room, for rows from other places; or, without `from`, for new rows alone. */
  readonly arrange: (room: Room, from?: readonly number[]) => Promise<void>;
  /** Puts the first tokens of rows into the cache, and gives the logits of what follows them. */
  readonly prompt: (tokens: Omit<Tokens, "before">) => Promise<Sharded<"batch" | "vocab">>;
  /** Adds tokens, and gives the logits of what follows them. */
  readonly extend: (tokens: Tokens) => Promise<Sharded<"batch" | "vocab">>;
  /** Adds one token to each place, and gives what a glance tells of what follows. */
  readonly glance: (
    tokens: Tokens,
    glance: Glance,
    draws: readonly DrawsForRows[],
  ) => Promise<Held<Glanced>>;
  /** Adds tokens, and gives the logits of what follows each of them. */
  readonly extendByEach: (tokens: Tokens) => Promise<Sharded<"batch" | "length" | "vocab">>;
  readonly free: () => void;
}

/** A program that adds tokens. */
type Extend<Logits, More extends readonly unknown[] = []> = (
  parameters: Continuing["parameters"],
  cache: Held<Cache>,
  ...tokens: readonly [ids: Tokens["ids"], before: Int32Array, counts: Int32Array, ...More]
) => Promise<readonly [Logits, Held<Cache>]>;

/** A cache without any room. */
export function heldCache({ parameters, decoding }: Continuing): HeldCache {
  const none: Room = { rows: 0, memory: 0 };
  let room = none;
  let cache: Held<Cache> | undefined;

  /** The cache, to be given up. */
  function taken(): Held<Cache> {
    const given = cache!;
    cache = undefined;
    return given;
  }

  function free(): void {
    room = none;
    if (cache) dispose(taken());
  }

  /** The cache that comes of another: what fails leaves none. */
  async function replaced<T>(make: () => Promise<readonly [T, Held<Cache>]>): Promise<T> {
    try {
      const [made, next] = await make();
      cache = next;
      return made;
    } catch (error) {
      free();
      throw error;
    }
  }

  function extended<Logits, More extends readonly unknown[]>(
    load: (room: Room, length: number) => Promise<Extend<Logits, More>>,
    { length, ids, before, counts }: Tokens,
    ...more: More
  ): Promise<Logits> {
    return replaced(async () => {
      const run = await load(room, length);
      return run(parameters, taken(), ids, before, counts, ...more);
    });
  }

  function arrange(to: Room, from?: readonly number[]): Promise<void> {
    return replaced(async () => {
      if (!from) {
        free();
        const run = await decoding.begin(to);
        const begun = await run(parameters);
        room = to;
        return [undefined, begun];
      }
      const run = await decoding.rearrange(room, to);
      const moved = await run(parameters, taken(), Int32Array.from(from));
      room = to;
      return [undefined, moved];
    });
  }

  return {
    room: () => room,
    free,
    arrange,
    prompt: ({ length, ids, counts }) =>
      replaced(async () => {
        const run = await decoding.prompt(room, length);
        return run(parameters, taken(), ids, counts);
      }),
    extend: (tokens) => extended(decoding.extend, tokens),
    glance: (tokens, glance, draws) =>
      extended((here) => decoding.glance(here, glance), tokens, draws),
    extendByEach: (tokens) => extended(decoding.extendByEach, tokens),
  };
}
