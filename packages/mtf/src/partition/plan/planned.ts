import { transferCost } from "../../program/transfer.ts";
import { outcomeOf } from "../outcome.ts";
import { numberOf } from "../placements.ts";
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

function plannedBy(
  choice: Choice,
  { assignment, passes }: Split,
  number: number,
  places: Places,
): Planned {
  const { task, runs } = choice;
  const s = passes ? task : { ...task, passing: [], owed: [] };
  const { asks, shares, gives, work } = outcomeOf(places.answers, s, assignment);
  let moves = 0;
  shares.forEach((share, i) => {
    if (share === gives[i]) return;
    moves += transferCost(s.node.results[i]!, share, gives[i]!, s.mesh, places.price);
  });
  return {
    number,
    assignment,
    passes,
    asks: asks.map((placement) => numberOf(places.answers.placements, placement)),
    gives: gives.map((placement) => numberOf(places.answers.placements, placement)),
    work: runs * work,
    moves: runs * moves,
  };
}
