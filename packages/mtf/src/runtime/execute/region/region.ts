import type { MaybePromise } from "../../../backend/backend.ts";
import type { Region } from "../../../program/program.ts";
import type { Frame } from "../device.ts";
import { bindEach } from "./each.ts";
import { bindEither } from "./either.ts";
import { bindWhile } from "./while.ts";

/**
 * What a region does around its bodies. It is opened, then bodies are entered and left in turns until
 * none is left, then it is finished.
 */
export interface RegionEdges {
  open(): MaybePromise<void>;
  /**
   * Gives the next body what it is to see.
   *
   * @returns which of the region's bodies it is, undefined where none is left
   */
  enter(): MaybePromise<number | undefined>;
  /** Takes a body's results and frees what it was given. */
  leave(): MaybePromise<void>;
  /** Gives the results of all rounds. */
  finish(): MaybePromise<void>;
}

export function bindRegion(region: Region, frame: Frame): RegionEdges {
  const { rounds } = region;
  switch (rounds.kind) {
    case "each":
      return bindEach(region, rounds, frame);
    case "while":
      return bindWhile(region, rounds, frame);
    case "either":
      return bindEither(region, rounds, frame);
  }
}
