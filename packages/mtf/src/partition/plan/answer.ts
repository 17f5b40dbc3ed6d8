import { change, costAround, difference, type Seat, type Trial } from "./board.ts";
import type { Planned } from "./known.ts";
import type { Places } from "./ways.ts";

/** Seconds that count as a difference. */
export const smallest = 1e-12;

/** How many answers may still be asked for. */
export interface Budget {
  answers: number;
  /** How often what was to answer cost as much as what it was compared with. */
  ties: number;
}

export function newBudget(answers: number): Budget {
  return { answers, ties: 0 };
}

/** Whether a trial's changes cost less, and have devices repeat no work that was split. */
export function gains(trial: Trial): boolean {
  const { cost, work } = difference(trial);
  return cost < -smallest && work < smallest;
}

/** Takes the best of candidates, if it costs less than what is planned by more than the margin. */
export function answer(
  places: Places,
  budget: Budget,
  trial: Trial,
  seat: Seat,
  candidates: readonly Planned[],
  margin: number,
): boolean {
  budget.answers--;
  const before = seat.planned;
  let best = before;
  let least = costAround(seat);
  for (const planned of candidates) {
    if (planned.work > before.work + smallest) continue;
    change(places, trial, seat, planned);
    const cost = costAround(seat);
    // Of twice the margin, as sums are rounded.
    if (Math.abs(cost - least) <= 2 * smallest) budget.ties++;
    if (cost < least - margin) [best, least] = [planned, cost];
  }
  change(places, trial, seat, best);
  return best !== before;
}
