import { draw, make } from "../element.ts";
import type { Held, PlannedDevice } from "../plan/plan.ts";

const [width, height] = [56, 40];

/** A card of what one device holds. */
export function deviceCard(device: PlannedDevice, number: number): HTMLElement {
  return make(
    "li",
    { class: "device", style: `--hue: ${(200 + 67 * number) % 360}` },
    make("h3", {}, `worker ${number}`, make("small", {}, device.coordinate.join(" · "))),
    make("dl", {}, ...device.parts.map(([name, held]) => part(name, held))),
  );
}

function part(name: string, held: Held): HTMLElement {
  return make(
    "div",
    {},
    make("dt", {}, name),
    make("dd", {}, table(held), make("span", {}, inWords(held))),
  );
}

/** A table as a rectangle, in which what is held is filled. */
function table({ rows, columns }: Held): SVGElement {
  const [x, right] = [columns[0], columns[1]].map((at) => (width * at) / columns[2]);
  const [y, bottom] = [rows[0], rows[1]].map((at) => (height * at) / rows[2]);
  return draw(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
    draw("rect", { class: "whole", x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 3 }),
    draw("rect", { class: "held", x: x!, y: y!, width: right! - x!, height: bottom! - y!, rx: 2 }),
  );
}

function inWords({ split }: Held): string {
  if (split.length === 0) return "all of it";
  return split
    .map(([dim, [begin, end, of]]) => `${dim} ${begin} to ${end - 1} of ${of}`)
    .join(", ");
}
