import { expect, test } from "vitest";
import { referenceBackend } from "../../../backend/reference/index.ts";
import { defineMesh } from "../../../mesh.ts";
import { makeDevice, type Phase } from "../../execute/device.ts";
import { aValue } from "../../testing/programs.ts";
import { alike, type BindApart } from "./alike.ts";

const dims = [{ name: "a", size: 2 }];
const [short, long] = [aValue(dims), aValue([{ name: "a", size: 3 }])];

/** Collectives of a program with five values, the last of which is longer, that copy and count what is bound. */
function bound(later: (phase: () => void) => ReturnType<Phase>) {
  const backend = referenceBackend();
  const device = makeDevice(defineMesh({ x: 1 }), 0, backend);
  const slots = [1, 2].map((n) => backend.upload(new Float32Array(2).fill(n), [2], "float32"));
  const frame = { device, values: [short, short, short, short, long], slots: [...slots] };
  const made = alike();
  const own: unknown[][] = [];
  const bind: BindApart = ({ slots }) => {
    own.push(slots);
    const open = () => {
      slots[1] = backend.share(slots[0]!, [2]);
    };
    return [() => later(open), () => later(() => expect(slots[1]).toBeDefined())];
  };
  const copy = (operand: number, result: number, what: unknown = "copy") =>
    made(frame, { operands: [operand], results: [result], what }, bind);
  return { frame, own, copy };
}

test.each([
  ["at once", (phase: () => void) => phase()],
  ["later", async (phase: () => void) => phase()],
] as const)(
  "those alike are bound once, and each reads and makes its own: %s",
  async (_, later) => {
    const { frame, own, copy } = bound(later);
    const [first, second] = [copy(0, 2), copy(1, 3)];
    expect(own).toHaveLength(1);
    for (const phases of [second, first]) {
      await phases[0]!();
      expect(own[0]!.every((buffer) => buffer !== undefined)).toBe(true);
      await phases[1]!();
      expect(own[0]).toEqual([undefined, undefined]);
    }
    const { view } = frame.device.backend;
    expect([2, 3].map((value) => [...view(frame.slots[value]!)!])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  },
);

test("what differs in a value, in what is done or in its program is bound by itself", () => {
  const { own, copy } = bound((phase) => phase());
  copy(0, 2);
  copy(0, 4);
  copy(0, 2, "move");
  bound((phase) => phase()).copy(0, 2);
  expect(own).toHaveLength(3);
});
