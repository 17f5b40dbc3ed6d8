import { expect, test } from "vitest";
import { referenceBackend } from "../../../backend/reference/index.ts";
import type { HostArray } from "../../../dtype.ts";
import { defineMesh } from "../../../mesh.ts";
import type { Collective } from "../../../program/program.ts";
import { makeHost } from "../../host.ts";
import { inTwo } from "../../testing/hosted.ts";
import { mailbox } from "../../testing/mailbox.ts";
import { aValue, elementwise, origin, programOf } from "../../testing/programs.ts";
import { messageCollectives } from "./collectives.ts";

const mesh = defineMesh({ x: 2 });
const dims = [{ name: "a", size: 4 }];
const split = { split: { a: ["x"] }, partial: [] };
const owed = { split: {}, partial: ["x"] };
const one = { axes: ["x"], operand: 0, result: 1, origin };

const collectives: readonly (readonly [Collective, ReturnType<typeof aValue>])[] = [
  [{ kind: "reduce", name: "all-reduce", fn: "sum", ...one }, aValue(dims)],
  [{ kind: "reduce", name: "reduce-scatter", fn: "sum", ...one }, aValue(dims, split)],
  [
    {
      kind: "move",
      name: "all-gather",
      ...{ axes: ["x"], operands: [0], offsets: [{}], fill: 0, result: 1, origin },
    },
    aValue(dims),
  ],
];

test.each(collectives.map(([collective, made]) => [nameOf(collective), collective, made] as const))(
  "what is begun has been sent, as a copy, before the device goes on: %s",
  async (name, collective, made) => {
    const log: string[] = [];
    const own = referenceBackend();
    const held: HostArray[] = [];
    const backend = {
      ...own,
      bind(...given: Parameters<typeof own.bind>) {
        const kernel = own.bind(...given);
        return (buffers: Parameters<typeof kernel>[0]) => {
          log.push("computed");
          return kernel(buffers);
        };
      },
      view(buffer: Parameters<typeof own.view>[0]) {
        const numbers = own.view(buffer)!;
        held.push(numbers);
        return numbers;
      },
    };
    const messages = mailbox([0, 1]);
    const logged = {
      ...messages,
      send(from: number, to: number, numbers: HostArray) {
        const isCopy = held.every(({ buffer }) => buffer !== numbers.buffer);
        log.push(isCopy ? "sent a copy" : "sent");
        messages.send(from, to, numbers);
      },
    };
    const [start, wait] = inTwo(collective);
    const values = [
      aValue(dims, name === "all-gather" ? split : owed),
      made,
      aValue(dims),
      aValue(dims),
    ];
    const instructions = [start, elementwise("exp", [2], 3), wait];
    const code = programOf(mesh, values, [0, 2], [1, 3], instructions);
    const host = makeHost(mesh, [0, 1], backend, messageCollectives(mesh, logged));
    await host.answer({ kind: "load", program: 0, code });
    for (const array of [0, 2]) {
      const parts = [0, 1].map(
        () => new Float32Array(array === 0 && name === "all-gather" ? 2 : 4),
      );
      await host.answer({ kind: "put", array, value: values[array]!, parts });
    }
    const inputs = [0, 2];
    await host.answer({ kind: "run", program: 0, inputs, outputs: [1, 3] });
    expect(log.slice(0, 4)).toEqual(["sent a copy", "sent a copy", "computed", "computed"]);
    host.close();
  },
);

function nameOf(collective: Collective): string {
  return collective.kind === "bucket" ? collective.kind : collective.name;
}
