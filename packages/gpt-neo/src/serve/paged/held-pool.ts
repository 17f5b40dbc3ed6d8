import { dispose } from "mtf";
import type { Held } from "mtf/simulator";
import type { DrawsForRows } from "../../generate/few/draws-for.ts";
import type { Few, Glance } from "../../generate/few/look.ts";
import { readFew } from "../../generate/few/read-few.ts";
import type { LoadedModel } from "../../loaded-model.ts";
import type { Pool } from "../../models/index.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import type { PagedDecoding } from "./decoding.ts";
import type { Extension } from "./extension.ts";

/** A pool on devices, from call to call; begun when it is first used. */
export interface HeldPool {
  /** Adds tokens to rows, and gives the logits of what follows each: `vocab_size` numbers a row. */
  extend(extension: Extension): Promise<Float32Array>;
  /** The same, and gives what a glance tells of each row. */
  glance(
    extension: Extension,
    glance: Glance,
    draws: readonly DrawsForRows[],
  ): Promise<readonly Few[]>;
  /** Copies blocks to others, all of which differ. */
  copy(pairs: readonly (readonly [from: number, to: number])[]): Promise<void>;
  free(): void;
}

export function heldPool(
  { parameters }: Pick<LoadedModel, "parameters">,
  decoding: PagedDecoding,
): HeldPool {
  let pool: Held<Pool> | undefined;

  /** The pool, to be given up: what fails leaves none. */
  async function taken(): Promise<Held<Pool>> {
    const given = pool ?? (await (await decoding.begin())(parameters));
    pool = undefined;
    return given;
  }

  return {
    async extend({ extent, tokens, table, before, counts }) {
      const run = await decoding.extend(extent);
      const [logits, next] = await run(parameters, await taken(), tokens, table, before, counts);
      pool = next;
      try {
        return (await logits.read()) as Float32Array;
      } finally {
        logits.dispose();
      }
    },
    async glance({ extent, tokens, table, before, counts }, glance, draws) {
      const run = await decoding.glance(extent, glance);
      const given = [tokens, table, before, counts, draws] as const;
      const [few, next] = await run(parameters, await taken(), ...given);
      pool = next;
      return readFew(few);
    },
    async copy(pairs) {
      const count = powerOfTwo(pairs.length);
      const run = await decoding.copy(count);
      const [from, to] = [0, 1].map((side) => {
        const blocks = new Int32Array(count).fill(-1);
        blocks.set(pairs.map((pair) => pair[side]!));
        return blocks;
      });
      pool = await run(parameters, await taken(), from!, to!);
    },
    free() {
      if (pool) dispose(pool);
      pool = undefined;
    },
  };
}
