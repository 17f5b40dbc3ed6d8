import { byId } from "../element.ts";

/** Tells what went wrong, until something else is tried. */
export function showProblem(error: unknown): void {
  const place = byId("problem");
  place.textContent = error instanceof Error ? error.message : String(error);
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

export function clearProblem(): void {
  byId("problem").hidden = true;
}
