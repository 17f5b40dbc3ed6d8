import { expect, it } from "vitest";
import { defineMesh } from "../../mesh.ts";
import type { Request } from "../protocol.ts";
import { aValue, counting, elementwise, programOf } from "../testing/programs.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { serve } from "./serve.ts";

const value = aValue([{ name: "a", size: 3 }]);
const code = programOf(defineMesh({}), [value, value], [0], [1], [elementwise("add", [0, 0], 1)]);
const run = (output: number): Request => ({
  kind: "run",
  program: 0,
  inputs: [{ parts: [counting(value.dims)] }],
  outputs: [output],
});
const read = (array: number): Request => ({
  ...({ kind: "read", array, value, as: "float32", device: 0, by: "all" } as const),
  box: [{ begin: 0, size: 3 }],
});
const dispose = (array: number): Request => ({ kind: "dispose", arrays: [array] });

it("a run and what is read of it are answered together, and before another run begins", async () => {
  const sent: (readonly FromWorker[])[] = [];
  let ask: (messages: readonly ToWorker[]) => void = () => {};
  const start = {
    ...({ device: 0, axes: {}, backend: "reference", computing: {}, spins: 1 } as const),
    abort: new SharedArrayBuffer(4),
  };
  await serve(start as never, {
    post: (messages) => void sent.push(messages),
    listen: (receive) => {
      ask = receive;
    },
  });
  await expect.poll(() => sent).toHaveLength(1);
  const requests = [
    { kind: "load", program: 0, code },
    run(1),
    read(1),
    run(2),
    read(2),
    dispose(2),
  ];
  ask(requests.map((request, id) => ({ id, groups: [], request: request as Request })));
  await expect.poll(() => sent.flat()).toHaveLength(1 + requests.length);
  const ids = sent.slice(1).map((messages) => messages.map((one) => "id" in one && one.id));
  expect(ids).toEqual([[0], [1, 2], [3, 4, 5]]);
  expect(sent[2]![1]).toMatchObject({ value: Float64Array.of(0, 2, 4) });
});
