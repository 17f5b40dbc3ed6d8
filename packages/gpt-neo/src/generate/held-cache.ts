import { dispose } from "mtf";
import type { Held, Sharded } from "mtf/simulator";
import type { LoadedModel } from "../loaded-model.ts";
import type { Cache } from "../models/index.ts";
import type { Room } from "./decoding.ts";
import type { DrawsForRows } from "./few/draws-for.ts";
import type { Few, Glance } from "./few/look.ts";
import { readFew } from "./few/read-few.ts";
import type { Tokens } from "./tokens.ts";

/** What continues rows: a model, or one that is being trained. */
export type Continuing = Pick<LoadedModel, "context" | "parameters" | "decoding">;

/** A cache on devices, from call to call. */
export interface HeldCache {
  readonly room: () => Room;
  /** Makes room, for rows from other places; or, without `from`, for new rows alone. */
  readonly arrange: (room: Room, from?: readonly number[]) => Promise<void>;
  /** Adds tokens, and gives the logits of what follows them. */
  readonly extend: (tokens: Tokens) => Promise<Sharded<"batch" | "vocab">>;
  /** Adds one token to each place, and gives what a glance tells of it. */
  readonly glance: (
    tokens: Tokens,
    glance: Glance,
    draws: readonly DrawsForRows[],
  ) => Promise<readonly Few[]>;
  /** Adds tokens, and gives the logits of what follows each of them. */
  readonly extendByEach: (tokens: Tokens) => Promise<Sharded<"batch" | "length" | "vocab">>;
  readonly free: () => void;
}

/** A program that adds tokens. */
type Extend<Logits, More extends readonly unknown[] = []> = (
  parameters: Continuing["parameters"],
  cache: Held<Cache>,
  ...tokens: readonly [ids: Int32Array, before: Int32Array, counts: Int32Array, ...More]
) => Promise<readonly [Logits, Held<Cache>]>;

/** A cache without any room. */
export function heldCache({ parameters, decoding }: Continuing): HeldCache {
  const none: Room = { rows: 0, memory: 0 };
  let room = none;
  let cache: Held<Cache> | undefined;

  /** The cache, to be given up: what fails leaves none. */
  function taken(): Held<Cache> {
    const given = cache!;
    [room, cache] = [none, undefined];
    return given;
  }

  function free(): void {
    if (cache) dispose(taken());
  }

  async function extended<Logits, More extends readonly unknown[]>(
    load: (room: Room, length: number) => Promise<Extend<Logits, More>>,
    { length, ids, before, counts }: Tokens,
    ...more: More
  ): Promise<Logits> {
    const here = room;
    const run = await load(here, length);
    const [logits, next] = await run(parameters, taken(), ids, before, counts, ...more);
    [room, cache] = [here, next];
    return logits;
  }

  return {
    room: () => room,
    free,
    arrange: async (to, from) => {
      if (from) {
        const run = await decoding.rearrange(room, to);
        cache = await run(parameters, taken(), Int32Array.from(from));
      } else {
        free();
        const run = await decoding.begin(to);
        cache = await run(parameters);
      }
      room = to;
    },
    extend: (tokens) => extended(decoding.extend, tokens),
    glance: async (tokens, glance, draws) =>
      readFew(await extended((here) => decoding.glance(here, glance), tokens, draws)),
    extendByEach: (tokens) => extended(decoding.extendByEach, tokens),
  };
}
