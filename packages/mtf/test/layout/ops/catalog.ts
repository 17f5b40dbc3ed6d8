import { contractSteps } from "./contract.ts";
import { elementwiseSteps } from "./elementwise.ts";
import { indexingSteps } from "./indexing.ts";
import { loop } from "./loops.ts";
import { makeSteps } from "./make.ts";
import { owedSteps } from "./owed.ts";
import { rearrangeSteps } from "./rearrange.ts";
import type { Step } from "./step.ts";

// Families of few ops are drawn from as often as those of many.
const plain: readonly Step[] = [
  ...[contractSteps, contractSteps, rearrangeSteps, rearrangeSteps, elementwiseSteps],
  ...[indexingSteps, makeSteps, owedSteps, owedSteps],
].flatMap((family) => Object.values(family));

const { cast } = elementwiseSteps;

const loops = [loop("accumulate", plain), loop("mapOver", plain)];

/** What a step of a program is drawn from: every op of the library. */
export const catalog: readonly Step[] = [...plain, cast!, cast!, ...loops, ...loops, ...loops];
