import type { Run } from "mtf/simulator";
import type { LoadedModel } from "../loaded-model.ts";
import { type Cache, modelOf, type Parameters } from "../models/index.ts";
import { onceForEach } from "../once-for-each.ts";
import {
  type Beginning,
  beginning,
  type Extended,
  type ExtendedByEach,
  type Extending,
  extending,
  extendingByEach,
  type Glancing,
  glancing,
  prompting,
} from "./extend.ts";
import type { Draws } from "./few/few-of.ts";
import type { Glance } from "./few/look.ts";
import { type Rearranging, rearranging } from "./rearrange.ts";

/** The size of a cache. */
export interface Room {
  readonly rows: number;
  /** How many tokens a row may come to. */
  readonly memory: number;
}

/** The programs that continue rows of ids, each made when it is first wanted, and kept from then on. */
export interface Decoding {
  /** Whether devices compute beside this thread: they may be at something while it does something else. */
  readonly beside: boolean;
  /** Makes an empty cache. */
  begin(room: Room): Promise<Run<readonly [Parameters], Cache>>;
  /** Puts at most `length` first tokens of each row into an empty cache, and tells what follows them. */
  prompt(room: Room, length: number): Promise<Run<readonly [Parameters, ...Beginning], Extended>>;
  /** Adds at most `length` tokens to each row of a cache, and tells what follows them. */
  extend(room: Room, length: number): Promise<Run<readonly [Parameters, ...Extending], Extended>>;
  /** Adds one token to each row, and tells no more of what follows than a glance does. */
  glance(
    room: Room,
    glance: Glance,
  ): Promise<Run<readonly [Parameters, ...Extending, readonly Draws[]], Glancing>>;
  /** Adds tokens as `extend` does, and tells what follows each of them. */
  extendByEach(
    room: Room,
    length: number,
  ): Promise<Run<readonly [Parameters, ...Extending], ExtendedByEach>>;
  /** Takes rows of a cache to other places, and makes room for more tokens. */
  rearrange(from: Room, to: Room): Promise<Run<readonly [Parameters, ...Rearranging], Cache>>;
  /** Forgets all of them on the devices. */
  unload(): Promise<void>;
}

type Place = Pick<LoadedModel, "config" | "program"> & {
  readonly devices: Pick<LoadedModel["devices"], "ahead">;
};

/** The programs of a model, loaded where its parameters lie. */
export function decodingOf({ config, devices, program }: Place): Decoding {
  const model = modelOf(config);
  const dims = ({ rows, memory }: Room, length = 1) => model.dims(config, rows, length, memory);
  const made = new Map<string, Promise<Unloaded>>();
  const once = onceForEach(made);
  return {
    beside: devices.ahead > 0,
    begin: (room) =>
      once(["begin", room], () => program(1, () => beginning(config, dims(room)), room.rows)),
    prompt: (room, length) =>
      once(["prompt", room, length], () =>
        program(length, () => prompting(config, dims(room, length)), room.rows),
      ),
    extend: (room, length) =>
      once(["extend", room, length], () =>
        program(length, () => extending(config, dims(room, length)), room.rows),
      ),
    glance: (room, glance) =>
      once(["glance", room, glance], () =>
        program(1, () => glancing(config, dims(room), glance), room.rows),
      ),
    extendByEach: (room, length) =>
      once(["extend by each", room, length], () =>
        program(length, () => extendingByEach(config, dims(room, length)), room.rows),
      ),
    rearrange: (from, to) =>
      once(["rearrange", from, to], () =>
        program(1, () => rearranging(config, dims(from), dims(to)), from.rows),
      ),
    unload: async () => {
      const all = [...made.values()];
      made.clear();
      for (const run of all) await (await run).unload();
    },
  };
}

type Unloaded = Pick<Run<readonly [], unknown>, "unload">;
