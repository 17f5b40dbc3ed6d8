import { after, type Phase } from "../../execute/device.ts";
import type { Sending } from "./segments.ts";

/**
 * The phases of a collective: one, where a device is alone in its process and has nobody to take turns with.
 * Where it computes after the first, that is by itself, and what it has sent is on its way.
 */
export function joined(
  phases: readonly Phase[],
  { messages, apart }: Pick<Sending, "messages" | "apart">,
): readonly Phase[] {
  const { processes, own, depart } = messages;
  const [first, ...others] = phases;
  if (processes[own]!.length > 1 || !first || others.length === 0) return phases;
  if (!apart) return [inOne(phases)];
  return [depart ? () => after(first(), depart) : first, inOne(others)];
}

/** One phase that does what several do. */
function inOne(phases: readonly Phase[]): Phase {
  const from = (begin: number): ReturnType<Phase> => {
    for (let i = begin; i < phases.length; i++) {
      const running = phases[i]!();
      if (running instanceof Promise) return running.then(() => from(i + 1));
    }
  };
  return () => from(0);
}
