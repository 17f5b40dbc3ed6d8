import { answer, type Budget, gains, smallest } from "./answer.ts";
import { change, difference, newTrial, type Seat, type Trial, takeBack } from "./board.ts";
import { candidatesBy } from "./candidates.ts";
import type { Planned } from "./known.ts";
import type { Places } from "./ways.ts";

/** How many choices may answer to a change before it is judged. */
const mostAnswers = 48;

/**
 * A choice by another split to which those around it, and those around them, answer with their
 * best, if it gains: what no one alone gains by, several together may.
 */
export function improveTogether(
  places: Places,
  seat: Seat,
  candidates: readonly Planned[],
  budget: Budget,
): Trial | undefined {
  for (const planned of candidates) {
    if (budget.answers <= 0) return undefined;
    // Those that neither gain nor lose by following may be what makes others gain: they are tried
    // both ways.
    const { answers, ties } = budget;
    const eager = answered(places, seat, planned, -smallest, budget);
    if (eager) return eager;
    const asked = answers - budget.answers;
    if (budget.ties === ties && budget.answers >= asked) {
      // Where there was none, all would answer as they did: that is counted, and need not be done.
      budget.answers -= asked;
      continue;
    }
    const reluctant = answered(places, seat, planned, smallest, budget);
    if (reluctant) return reluctant;
  }
  return undefined;
}

/** A choice by another split, and what others answer; taken back unless it gains. */
function answered(
  places: Places,
  seat: Seat,
  planned: Planned,
  margin: number,
  budget: Budget,
): Trial | undefined {
  const trial = newTrial();
  change(places, trial, seat, planned);
  if (savesSomething(trial)) {
    letOthersAnswer(places, trial, seat, margin, budget);
    if (gains(trial)) return trial;
  }
  takeBack(trial);
  return undefined;
}

/** Whether anything at all costs less by a trial: else there is nothing for others to complete. */
export function savesSomething(trial: Trial): boolean {
  for (const link of trial.links) if (link.cost < link.before - smallest) return true;
  return difference(trial).work < -smallest;
}

/** Those that read or make what costs more now than before answer, and those around them. */
function letOthersAnswer(
  places: Places,
  trial: Trial,
  first: Seat,
  margin: number,
  budget: Budget,
): void {
  const asked = new Set([first]);
  const changed = [first];
  for (let seat = changed.shift(); seat; seat = changed.shift()) {
    for (const link of seat.links) {
      if (link.trial !== trial || link.cost <= link.before + smallest) continue;
      for (const other of link.seats) {
        if (asked.has(other)) continue;
        if (asked.size > mostAnswers || budget.answers <= 0) return;
        asked.add(other);
        if (answer(places, budget, trial, other, candidatesBy(places, other, link), margin)) {
          changed.push(other);
        }
      }
    }
  }
}
