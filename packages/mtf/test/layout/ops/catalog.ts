import { attentionSteps } from "./attention.ts";
import { branching } from "./branches.ts";
import { contractSteps } from "./contract.ts";
import { elementwiseSteps } from "./elementwise.ts";
import { indexingSteps } from "./indexing.ts";
import { loop } from "./loops.ts";
import { makeSteps } from "./make.ts";
import { ownGradient, recomputing, reversing } from "./once.ts";
import { owedSteps } from "./owed.ts";
import { rearrangeSteps } from "./rearrange.ts";
import { scanning } from "./scans.ts";
import type { Step } from "./step.ts";
import { looping } from "./while.ts";
import { wildSteps } from "./wild.ts";
import { windowSteps } from "./windows.ts";

// Families of few ops are drawn from as often as those of many.
const plain: readonly Step[] = [
  ...[contractSteps, contractSteps, rearrangeSteps, rearrangeSteps, elementwiseSteps],
  ...[indexingSteps, windowSteps, makeSteps, owedSteps, owedSteps],
  ...[attentionSteps, attentionSteps, attentionSteps],
].flatMap((family) => Object.values(family));

// What only makes sense where numbers may be infinite.
const wild: readonly Step[] = [wildSteps, wildSteps].flatMap((family) => Object.values(family));

const { cast } = elementwiseSteps;

/** Every region, with a body of such steps. */
const regions = (steps: readonly Step[]): readonly Step[] => [
  loop("accumulate", steps),
  loop("mapOver", steps),
  scanning(steps),
  looping(steps),
  branching(steps),
  recomputing(steps),
  ownGradient(steps),
  reversing(steps),
];

const loops = regions(plain);

/** What a step of a program is drawn from: every op of the library. */
export const catalog: readonly Step[] = [...plain, cast!, cast!, ...loops, ...loops, ...loops];

const wildLoops = regions([...plain, ...wild]);

/** As `catalog`, for programs whose inputs hold NaN and infinities. */
export const wildCatalog: readonly Step[] = [...plain, ...wild, ...wildLoops, ...wildLoops];
