import type { Collective } from "../../program/program.ts";
import { axesTogether } from "../../program/together.ts";
import type { Collectives } from "../collectives/collectives.ts";
import { movesOf } from "../collectives/moving.ts";
import type { Frame, Phase } from "./device.ts";

/** A collective made ready, in one piece or apart: its first phase, and what is left. */
export interface Together {
  readonly phases: readonly Phase[];
  /** Between phases the devices of a group wait for each other, if there are others. */
  readonly barrier: Phase | undefined;
}

export function bindTogether(
  collective: Collective,
  frame: Frame,
  collectives: Collectives,
  apart: boolean,
): Together {
  const barrier = collectives.barrier(axesTogether(collective), frame.device);
  switch (collective.kind) {
    case "reduce":
      return { phases: collectives.reduce([collective], frame, apart), barrier };
    case "bucket":
      return { phases: collectives.reduce(collective.reduces, frame, apart), barrier };
    case "move": {
      const phases = movesOf(collective, frame).flatMap(({ move, moving }, i) =>
        collectives.move(move, moving, apart && i === 0),
      );
      return { phases, barrier };
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
