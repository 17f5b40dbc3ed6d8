import { byId } from "../element.ts";
import { meshPicture } from "../picture/mesh.ts";
import { planOf } from "../plan/plan.ts";
import { sizes } from "../sizes.ts";
import { clearProblem, showProblem } from "./problem.ts";
import type { Choice } from "./setup.ts";

/** Draws the mesh of what is chosen; of several choices in a row, the last. */
export function meshPanel(): (choice: Choice) => Promise<void> {
  let last = 0;
  return async ({ size, where }) => {
    const own = ++last;
    const place = byId("picture");
    place.setAttribute("aria-busy", "true");
    try {
      const plan = await planOf({ config: sizes[size]!.config, where });
      if (own !== last) return;
      clearProblem();
      place.replaceChildren(meshPicture(plan));
    } catch (error) {
      if (own === last) showProblem(error);
    } finally {
      if (own === last) place.removeAttribute("aria-busy");
    }
  };
}
