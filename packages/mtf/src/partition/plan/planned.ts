import { devices, transferCost } from "../../program/transfer.ts";
import { entryOf } from "../../record.ts";
import type { Assignment, Task } from "../choose.ts";
import { outcomeNow } from "../outcome.ts";
import { numberOfNew } from "../placements.ts";
import { type Choice, printSplit, type Split } from "./choice.ts";
import type { Known, Planned } from "./known.ts";
import { remembered } from "./remembered.ts";
import type { Places } from "./ways.ts";

/** What a split of a choice comes to, computed once. */
export function splitAs(
  places: Places,
  { choice, known: { byText } }: { readonly choice: Choice; readonly known: Known },
  split: Split,
): Planned {
  return remembered(byText, printSplit(split), () => plannedBy(choice, split, byText.size, places));
}

/** Whether an assignment cuts only evenly what may not be cut otherwise. */
function isEven({ facts, mesh }: Task, assignment: Assignment): boolean {
  const { even } = facts.partition;
  if (!even) return true;
  const parts = devices(entryOf(assignment, even.dim) ?? [], mesh);
  return even.sizes.every((size) => size % parts === 0);
}

function plannedBy(
  choice: Choice,
  { assignment, passes }: Split,
  number: number,
  places: Places,
): Planned {
  const { task, runs } = choice;
  const s = passes ? task : { ...task, passing: [], owed: [] };
  const { asks, shares, gives, work } = outcomeNow(s, assignment);
  const { placements } = places.answers;
  let moves = 0;
  shares.forEach((share, i) => {
    if (share === gives[i]) return;
    moves += transferCost(s.node.results[i]!, share, gives[i]!, s.mesh, places.price);
  });
  return {
    number,
    assignment,
    passes,
    asks: asks.map((placement) => numberOfNew(placements, placement)),
    gives: gives.map((placement) => numberOfNew(placements, placement)),
    work: isEven(task, assignment) ? runs * work : Number.POSITIVE_INFINITY,
    moves: runs * moves,
  };
}
