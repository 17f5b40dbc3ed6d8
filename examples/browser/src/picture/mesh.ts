import { make } from "../element.ts";
import type { Plan, PlannedMove } from "../plan/plan.ts";
import { printBytes } from "../printed.ts";
import { deviceCard } from "./device.ts";

/** A picture of a mesh: what each device holds, and what a step moves between them. */
export function meshPicture({ devices, moves, peakBytes }: Plan): HTMLElement {
  const most = Math.max(...moves.map(({ bytes }) => bytes), 1);
  const total = moves.reduce((sum, { bytes }) => sum + bytes, 0);
  const says =
    total === 0
      ? "A step moves nothing: there is one worker, or each has all it needs."
      : `A step moves ${printBytes(total)} between the workers:`;
  return make(
    "div",
    { class: "mesh" },
    make("ol", { class: "devices", start: "0" }, ...devices.map(deviceCard)),
    make("p", {}, `Each worker holds ${printBytes(peakBytes)} at most. ${says}`),
    make("ul", { class: "moves" }, ...moves.map((move) => moveBar(move, most))),
  );
}

function moveBar({ axes, name, bytes }: PlannedMove, most: number): HTMLElement {
  return make(
    "li",
    { style: `--share: ${(bytes / most).toFixed(4)}` },
    make("span", {}, `${name} along ${axes.join(" and ")}`),
    make("b", {}, printBytes(bytes)),
  );
}
