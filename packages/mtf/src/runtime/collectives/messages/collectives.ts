import type { Mesh } from "../../../mesh.ts";
import type { Move, Reduce } from "../../../program/program.ts";
import type { Collectives } from "../collectives.ts";
import { groupsOf } from "../groups.ts";
import type { Moving } from "../moving.ts";
import { alike } from "./alike.ts";
import { joined } from "./joined.ts";
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
  const shared = alike();
  return {
    reduce(reduces, frame, apart) {
      const [{ name, fn, axes }] = reduces as [Reduce];
      const group = groupOf(frame.device.number, axes);
      const involved = {
        what: [name, fn, axes, apart],
        operands: reduces.map(({ operand }) => operand),
        results: reduces.map(({ result }) => result),
      };
      return shared(frame, involved, (apartFrame) => {
        const { length } = reduces;
        const own = reduces.map((reduce, i) => ({ ...reduce, operand: i, result: length + i }));
        const sending = { messages, segmentBytes, apart, terms };
        return joined(bindReduce(own, apartFrame, group, sending), sending);
      });
    },
    move(move, moving, apart) {
      const { name, axes, offsets, fill, operands, result } = move;
      const group = groupOf(moving.device.number, axes);
      const bind = (move: Move, moving: Moving) => {
        const sending = { messages, segmentBytes, apart, terms };
        return joined(bindMove(move, moving, group, sending), sending);
      };
      // Of what rests in several arrays each is moved by itself, from and to the same values.
      if (moving.values !== moving.frame.values) return bind(move, moving);
      const involved = { what: [name, axes, offsets, fill, apart], operands, results: [result] };
      return shared(moving.frame, involved, (frame) => {
        const own = { ...move, operands: operands.map((_, i) => i), result: operands.length };
        return bind(own, { ...moving, frame, values: frame.values, slots: frame.slots });
      });
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
