import type { Mesh } from "../../../mesh.ts";
import type { Collectives } from "../collectives.ts";
import { groupsOf } from "../groups.ts";
import type { Messages } from "./messages.ts";
import { bindMove } from "./move.ts";
import { bindReduce } from "./reduce.ts";
import { keptTerms } from "./terms.ts";

/** So much of a tensor is under way at once: what a device needs besides does not grow with it. */
const defaultSegmentBytes = 4 << 20;

/** Devices that pass numbers by messages, so that they need not share memory. */
export function messageCollectives(
  mesh: Mesh,
  messages: Messages,
  segmentBytes: number = defaultSegmentBytes,
): Collectives {
  const groupOf = groupsOf(mesh);
  const { processes, own } = messages;
  const terms = keptTerms(2 * segmentBytes);
  return {
    reduce(reduces, frame, apart) {
      const group = groupOf(frame.device.number, reduces[0]!.axes);
      return bindReduce(reduces, frame, group, { messages, segmentBytes, apart, terms });
    },
    move(move, moving, apart) {
      const group = groupOf(moving.device.number, move.axes);
      return bindMove(move, moving, group, { messages, segmentBytes, apart, terms });
    },
    // Whoever awaits a message waits for the one who sends it.
    barrier: () => undefined,
    broadcast(holder, numbers) {
      if (numbers.length === 0) return;
      const here = processes[own]!;
      // Of each process the first device hears of it, on behalf of all.
      if (!here.includes(holder)) {
        return messages.receive(here[0]!, [{ from: holder, into: numbers }]);
      }
      processes.forEach(([first], process) => {
        if (process !== own) messages.send(holder, first!, numbers);
      });
      return messages.receive(holder, []);
    },
  };
}
