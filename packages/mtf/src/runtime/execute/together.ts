import type { Collective } from "../../program/program.ts";
import { axesTogether } from "../../program/together.ts";
import type { Collectives } from "../collectives/collectives.ts";
import { movesOf } from "../collectives/moving.ts";
import type { Frame, Phase } from "./device.ts";

/** A collective made ready. */
export interface Together {
  readonly phases: readonly Phase[];
  /** Between phases the devices of a group wait for each other, if there are others. */
  readonly barrier: Phase | undefined;
}

export function bindTogether(
  collective: Collective,
  frame: Frame,
  collectives: Collectives,
): Together {
  const barrier = collectives.barrier(axesTogether(collective), frame.device);
  switch (collective.kind) {
    case "reduce":
      return { phases: collectives.reduce([collective], frame), barrier };
    case "bucket":
      return { phases: collectives.reduce(collective.reduces, frame), barrier };
    case "move": {
      const moves = movesOf(collective, frame);
      return { phases: moves.flatMap((m) => collectives.move(m.move, m.moving)), barrier };
    }
  }
}

/** What a device does of a collective before it waits for others. */
export function begun({ phases, barrier }: Together): Together {
  return { phases: phases.slice(0, 1), barrier };
}

/** What is left of it, which begins with waiting. */
export function left({ phases, barrier }: Together): Together {
  return { phases: [() => {}, ...phases.slice(1)], barrier };
}
