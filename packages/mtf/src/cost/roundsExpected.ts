import type { Body } from "../program/bodies.ts";

/** How many rounds a loop is planned for whose end nobody knows. */
const some = 16;

/** How many rounds a loop is planned for that ends when it does, after `atMost` at the latest. */
export function roundsExpected(atMost: number | undefined): number {
  return Math.min(atMost ?? some, some);
}

/** How often a body is planned to run: of two branches, either. */
export function runsExpected(often: Body["often"]): number {
  if (typeof often === "number") return often;
  switch (often.what) {
    case "round":
    case "test":
      return roundsExpected(often.atMost);
    case "first branch":
    case "second branch":
      return 1;
  }
}
