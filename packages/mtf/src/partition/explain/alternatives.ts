import type { Mesh } from "../../mesh.ts";
import { bytesBetween } from "../../program/bytes.ts";
import type { Placement } from "../../program/placement.ts";
import type { Price } from "../../program/transfer.ts";
import type { Answers } from "../answers.ts";
import { resultShare } from "../choose.ts";
import { secondsOn } from "../lookAhead.ts";
import { change, difference, newTrial, type Seat, seated, takeBack } from "../plan/board.ts";
import { allSplitsOf, candidatesOf } from "../plan/candidates.ts";
import { type Choice, printSplit } from "../plan/choice.ts";
import type { Planned } from "../plan/known.ts";
import { splitAs } from "../plan/planned.ts";
import { newPlaces, type Places } from "../plan/ways.ts";
import type { ChosenResult } from "./why.ts";

/** Another way to split the work on a value, everything else staying as it is planned. */
export interface Alternative {
  /** Where the value would lie, sums that it would owe included. */
  readonly placement: Placement;
  /** For each dim that the work would be split along, the axes. */
  readonly split: Placement["split"];
  /** What a run would take longer, in seconds of the machine; below 0, less long. */
  readonly seconds: number;
  /** What all devices together would receive more in a run, in bytes. */
  readonly bytes: number;
  /** Whether devices would repeat work that is split now: the plan never has them do that. */
  readonly repeats: boolean;
}

interface Board {
  readonly places: Places;
  readonly seats: ReadonlyMap<Choice, Seat>;
}

/** Seconds that count as a difference. */
const smallest = 1e-12;

/** What the alternatives to each of a program's choices would cost, those that repeat no work and cost least first. */
export function alternativesAmong(
  choices: readonly Choice[],
  mesh: Mesh,
  answers: Answers,
): (of: ChosenResult) => readonly Alternative[] {
  let boards: { readonly seconds: Board; readonly bytes: Board } | undefined;
  return ({ choice, result }) => {
    const received: Price = { collective: (_, own) => own * mesh.size, slice: () => 0, moved };
    boards ??= {
      seconds: boardBy(choices, mesh, { ...secondsOn(answers.machine), moved }, answers),
      bytes: boardBy(choices, mesh, received, answers),
    };
    const { seconds, bytes } = boards;
    const seat = seconds.seats.get(choice)!;
    const best = new Map<string, Alternative>();
    for (const planned of waysOf(seconds.places, seat)) {
      const inSeconds = changed(seconds, choice, planned);
      if (!Number.isFinite(inSeconds.cost)) continue;
      const inBytes = changed(bytes, choice, planned);
      const { assignment, passes } = planned;
      const { task } = choice;
      const own = passes ? task : { ...task, passing: [], owed: [] };
      const text = printSplit({ assignment, passes: true });
      const known = best.get(text);
      if (known && known.seconds <= inSeconds.cost) continue;
      best.set(text, {
        placement: resultShare(own, assignment, result),
        split: assignment,
        seconds: inSeconds.cost,
        bytes: inBytes.cost - inBytes.work,
        repeats: inSeconds.work > smallest,
      });
    }
    best.delete(printSplit({ assignment: choice.split.assignment, passes: true }));
    const order = (a: Alternative, b: Alternative) =>
      Number(a.repeats) - Number(b.repeats) || a.seconds - b.seconds || a.bytes - b.bytes;
    return [...best.values()].sort(order);
  };
}

/** What the plan estimates is told exactly. */
const moved: NonNullable<Price["moved"]> = (value, from, to, mesh) => {
  return bytesBetween(value, from, to, mesh) / mesh.size;
};

function boardBy(choices: readonly Choice[], mesh: Mesh, price: Price, answers: Answers): Board {
  const places = newPlaces(mesh, price, answers);
  return { places, seats: seated(choices, choices, places) };
}

function waysOf(places: Places, seat: Seat): readonly Planned[] {
  return [...new Set([...candidatesOf(places, seat), ...allSplitsOf(places, seat)])];
}

/** What it changes to plan one choice otherwise. */
function changed({ places, seats }: Board, choice: Choice, split: Planned) {
  const seat = seats.get(choice)!;
  const trial = newTrial();
  change(places, trial, seat, splitAs(places, seat, split));
  const found = difference(trial);
  takeBack(trial);
  return found;
}
