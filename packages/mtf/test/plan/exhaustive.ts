import { defaultMachine } from "../../src/cost/machineModel.ts";
import type { Node } from "../../src/graph/node.ts";
import { newAnswers } from "../../src/partition/answers.ts";
import { iterationNames } from "../../src/partition/choose.ts";
import { axesNamed } from "../../src/partition/lookAhead.ts";
import type { Choice, Plan, Split } from "../../src/partition/plan/choice.ts";
import { subjectOf } from "../../src/partition/subject.ts";
import { type Written, write } from "../../src/partition/write.ts";
import { entryOf } from "../../src/record.ts";
import type { Drawn } from "./drawn.ts";

/** More ways than this are not all tried. */
const mostWays = 20_000;

/** What a program costs as met node by node, and at the least, whichever way its ops are split. */
export interface Found {
  readonly first: Written;
  readonly least: number;
  readonly best: Written | undefined;
  readonly ways: number;
}

/**
 * The least cost of a program over all ways to split each of its ops, those left out by which
 * devices repeat work that is split by the rules; nothing where the ways are too many.
 */
export function exhaustive({ traced, layout }: Drawn): Found | undefined {
  const subject = subjectOf(traced, layout, []);
  const fixed = {
    answers: newAnswers(defaultMachine),
    rules: layout.rules,
    axes: axesNamed(layout, traced.graph),
    expanded: new Map(),
    proposed: new Map(),
    apart: [],
    turned: new Set<Node>(),
  };
  const by = (chosen: Plan["chosen"]) => write(subject, { ...fixed, chosen });
  const first = by(new Map());
  const splits = first.choices.map(splitsOf);
  const ways = splits.reduce((product, own) => product * own.length, 1);
  if (ways > mostWays) return undefined;
  let best: Written | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let way = 0; way < ways; way++) {
    const chosen = new Map<Node, Split>();
    let rest = way;
    splits.forEach((own, i) => {
      chosen.set(first.choices[i]!.task.node, own[rest % own.length]!);
      rest = Math.floor(rest / own.length);
    });
    const now = by(chosen);
    if (now.work > first.work * (1 + 1e-9) || now.cost >= least) continue;
    least = now.cost;
    best = now;
  }
  return { first, least, best, ways };
}

/** Every way to give each axis to a dim of an op or to none, sums passing where they may or not. */
function splitsOf({ task }: Choice): readonly Split[] {
  const dims = [...new Set(iterationNames(task))].filter((name) => !task.facts.whole.has(name));
  let assignments: Split["assignment"][] = [{}];
  for (const axis of task.axes) {
    assignments = assignments.flatMap((assignment) => [
      assignment,
      ...dims.map((dim) => ({ ...assignment, [dim]: [...(entryOf(assignment, dim) ?? []), axis] })),
    ]);
  }
  const passes = task.facts.partition.linear?.length ? [true, false] : [true];
  return assignments.flatMap((assignment) => passes.map((p) => ({ assignment, passes: p })));
}
