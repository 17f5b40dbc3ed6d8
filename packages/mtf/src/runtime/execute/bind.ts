import { bodiesOf } from "../../program/bodies.ts";
import { type Lifetime, livenessOf } from "../../program/liveness.ts";
import {
  type Instruction,
  leavingOf,
  type Program,
  type Region,
  readsOf,
} from "../../program/program.ts";
import type { Collectives } from "../collectives/collectives.ts";
import { failureIn } from "../failure.ts";
import { bindCompute } from "./compute.ts";
import type { Device, Frame } from "./device.ts";
import { bindRegion, type RegionEdges } from "./region/region.ts";
import { begun, bindTogether, left, type Together } from "./together.ts";

/** A program made ready to run on a device: everything that can be known before is known. */
export interface Bound {
  readonly program: Program;
  readonly frame: Frame;
  readonly steps: readonly Step[];
  /** Donated inputs that nothing needs. */
  readonly unused: readonly number[];
  /** The bodies whose number of runs only a run can tell, in the order of `unknownsIn`. */
  readonly counted: readonly BoundBody[];
}

/** A body of a region made ready, and how often it has run since its program began. */
export interface BoundBody {
  readonly steps: readonly Step[];
  runs: number;
}

/** An instruction made ready. */
export interface Step extends Together {
  readonly instruction: Instruction;
  readonly region: (RegionEdges & { readonly bodies: readonly BoundBody[] }) | undefined;
  /** The values to free at the end. */
  readonly dies: readonly number[];
}

/** @throws MtfError naming the instruction that the backend cannot prepare */
export function bindProgram(program: Program, device: Device, collectives: Collectives): Bound {
  const frame: Frame = {
    device,
    values: program.values,
    slots: new Array(program.values.length).fill(undefined),
  };
  const { unused, instructions } = livenessOf(program);
  const steps = bindAll(program.instructions, instructions, frame, collectives, none);
  return { program, frame, steps, unused, counted: countedIn(steps) };
}

function countedIn(steps: readonly Step[]): readonly BoundBody[] {
  return steps.flatMap(({ instruction, region }) => {
    if (!region || instruction.kind !== "region") return [];
    return bodiesOf(instruction).flatMap(({ often }, i) => {
      const body = region.bodies[i]!;
      return [...(typeof often === "number" ? [] : [body]), ...countedIn(body.steps)];
    });
  });
}

/** Of values that are terms of sums, those of the sums. */
type Terms = ReadonlyMap<number, number>;

const none: Terms = new Map();

function bindAll(
  instructions: readonly Instruction[],
  lifetimes: readonly Lifetime[],
  frame: Frame,
  collectives: Collectives,
  terms: Terms,
): readonly Step[] {
  const underWay: UnderWay = { together: undefined };
  return instructions.map((instruction, i) => {
    try {
      return bindStep(instruction, lifetimes[i]!, frame, collectives, underWay, terms);
    } catch (error) {
      throw failureIn(instruction, frame.values, frame.device, error);
    }
  });
}

/** The collective that is under way where a step stands. */
interface UnderWay {
  together: Together | undefined;
}

function bindStep(
  instruction: Instruction,
  lifetime: Lifetime,
  frame: Frame,
  collectives: Collectives,
  underWay: UnderWay,
  terms: Terms,
): Step {
  // Written out, so that all steps are alike to the engine: the loop that drives them looks at each.
  const step = ({ phases, barrier }: Together, region?: Step["region"]): Step => {
    return { instruction, region, dies: lifetime.dies, phases, barrier };
  };
  switch (instruction.kind) {
    case "compute": {
      const sum = terms.get(instruction.results[0]!);
      const compute = bindCompute(instruction, frame, lifetime.dies, lifetime.reuse, sum);
      return step({ phases: [compute], barrier: undefined });
    }
    case "reduce":
    case "bucket":
    case "move":
      return step(bindTogether(instruction, frame, collectives, false));
    case "start":
      underWay.together = bindTogether(instruction.collective, frame, collectives, true);
      return step(begun(underWay.together));
    case "wait":
      return step(left(underWay.together!));
    case "region": {
      const terms = termsOf(instruction);
      const bodies = bodiesOf(instruction).map(({ instructions }, i) => {
        const own = lifetime.bodies[i]!;
        return { steps: bindAll(instructions, own, frame, collectives, terms), runs: 0 };
      });
      const region = { ...bindRegion(instruction, frame), bodies };
      return step({ phases: [], barrier: undefined }, region);
    }
  }
}

/** What a region's rounds compute to add up, and nobody reads: it need not be made before it is added. */
function termsOf(region: Region): Terms {
  if (region.rounds.kind !== "each") return none;
  const read = [...region.body.flatMap(readsOf), ...leavingOf(region)];
  const once = (value: number) => read.indexOf(value) === read.lastIndexOf(value);
  const alone = region.summed.filter(({ inner }) => once(inner));
  return new Map(alone.map(({ inner, outer }) => [inner, outer]));
}
