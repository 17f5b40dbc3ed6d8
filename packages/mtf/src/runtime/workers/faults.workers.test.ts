import { expect, test } from "vitest";
import type { UnaryFn } from "../../graph/kinds.ts";
import { defineMesh } from "../../mesh.ts";
import type { Instruction } from "../../program/program.ts";
import { workers } from "../../workers.ts";
import type { Devices } from "../devices.ts";
import { errorOf } from "../testing/errorOf.ts";
import { aValue, compute, loweredOf, origin, programOf } from "../testing/programs.ts";

/** A backend whose kernels copy, but for some functions, where the last device's misbehave. */
const faulty = `
  const faults = {
    exp: () => { throw new Error("kernel on fire"); },
    tanh: () => Promise.reject(new Error("late news")),
    log: () => process.exit(3),
    cos: () => new Promise(() => {}),
    sin: () => { setTimeout(() => { throw new Error("out of the blue"); }); return new Promise(() => {}); },
  };
  export default function () {
    const live = new Set();
    const make = (shape, dtype, data) => {
      const buffer = { shape, dtype, data };
      live.add(buffer);
      return buffer;
    };
    const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
    return {
      name: "faulty",
      variant: VARIANT,
      bind(op, operands, [result]) {
        if (op.attributes.fn === "sqrt") throw new Error("no such kernel");
        const fault = result.box[0].begin > 0 ? faults[op.attributes.fn] : undefined;
        return ([x]) => fault?.() ?? [make(x.shape, x.dtype, x.data.slice())];
      },
      upload: (data, shape, dtype) => make(shape, dtype, Float32Array.from(data)),
      allocate: (shape, dtype, fill) => make(shape, dtype, new Float32Array(sizeOf(shape)).fill(fill ?? 0)),
      view: (buffer) => buffer.data,
      read: (buffer) => buffer.data.slice(),
      write: (buffer, offset, data) => buffer.data.set(data, offset),
      share: (buffer, shape) => make(shape, buffer.dtype, buffer.data),
      dispose: (buffer) => live.delete(buffer),
      memory: () => ({ buffers: live.size, bytes: 4 * live.size }),
    };
  }
`;

const moduleOf = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
const backend = moduleOf(faulty.replace("VARIANT", '"faulty"'));
const mesh = defineMesh({ x: 3 });
const split = { split: { a: ["x"] }, partial: [] };
const dims = [{ name: "a", size: 3 }];

/** state -> (fn(state), gathered): the gather waits for the device that fails before it. */
async function stepWith(devices: Devices, fn: UnaryFn) {
  const gather: Instruction = {
    kind: "move",
    name: "all-gather",
    axes: ["x"],
    operands: [1],
    offsets: [{}],
    fill: 0,
    result: 2,
    origin,
  };
  const op = { kind: "elementwise", attributes: { fn, scalars: [null] } } as const;
  const values = [aValue(dims, split), aValue(dims, split), aValue(dims)];
  const lowered = loweredOf(
    programOf(mesh, values, [{ donated: 0 }], [1, 2], [compute(op, [0], [1]), gather]),
  );
  return { run: await devices.load(lowered), state: lowered.arguments[0]! };
}

for (const [fn, message] of [
  [
    "exp",
    `[device-failed] device 1 (x=1) failed in exp.
  instruction  exp -> f32[a=3@x]
  line         model.ts:7
  cause        kernel on fire`,
  ],
  [
    "tanh",
    `[device-failed] device 1 (x=1) failed in tanh.
  instruction  tanh -> f32[a=3@x]
  line         model.ts:7
  cause        late news`,
  ],
  [
    "log",
    `[device-failed] device 1 (x=1) failed because its worker died.
  cause  its worker ended with exit code 3`,
  ],
  [
    "sin",
    `[device-failed] device 1 (x=1) failed because its worker died.
  cause  out of the blue`,
  ],
] as const) {
  test(`a device that fails takes the others with it (${fn})`, async () => {
    const devices = await workers(mesh, { backend });
    try {
      const { run, state } = await stepWith(devices, fn);
      const other = await devices.put(state, split, [1, 2, 3]);
      const given = await devices.put(state, split, [4, 5, 6]);
      const [first] = await run(given);
      const failure = await errorOf(first!.read());
      expect(failure.code).toBe("poisoned");
      const next = await errorOf(run([1, 2, 3]));
      expect(next.code).toBe("device-failed");
      expect(next.message.replace(/device 2 .x=2./, "device 1 (x=1)")).toBe(message);
      expect(next.details).toMatchObject({ device: expect.any(Number) });
      expect((await errorOf(given.read())).code).toBe("poisoned");
      expect((await errorOf(other.read())).code).toBe("device-failed");
      expect((await errorOf(devices.usage())).code).toBe("device-failed");
    } finally {
      await devices.close();
    }
  });
}

test("what cannot be prepared does no harm", async () => {
  const devices = await workers(mesh, { backend });
  try {
    const failure = await errorOf(stepWith(devices, "sqrt"));
    expect(failure.message).toMatch(/no such kernel/);
    const { run } = await stepWith(devices, "neg");
    const [, gathered] = await run([1, 2, 3]);
    expect([...(await gathered!.read())]).toEqual([1, 2, 3]);
  } finally {
    await devices.close();
  }
});

test("a backend that cannot be loaded is an error, not a hang", async () => {
  const failure = await errorOf(workers(mesh, { backend: moduleOf("throw new Error('no GPU')") }));
  expect(failure.message).toMatch(/no GPU/);
});

test("devices that would not compute alike are refused", async () => {
  const text = faulty.replace("VARIANT", "'v' + (threadId % 2)");
  const imported = `import { threadId } from "node:worker_threads";${text}`;
  const failure = await errorOf(workers(mesh, { backend: moduleOf(imported) }));
  expect(failure.code).toBe("backend-unavailable");
});

test("after closing nothing is answered, and closing twice is once", async () => {
  const devices = await workers(mesh, { backend });
  const { run } = await stepWith(devices, "neg");
  const running = run([1, 2, 3]);
  await running;
  await Promise.all([devices.close(), devices.close()]);
  expect((await errorOf(devices.usage())).code).toBe("closed");
  expect((await errorOf(run([1, 2, 3]))).code).toBe("closed");
});

test("closing does not wait for a kernel that never ends, and whoever waits is told", async () => {
  const devices = await workers(mesh, { backend });
  const { run } = await stepWith(devices, "cos");
  const [, gathered] = await run([1, 2, 3]);
  const reading = errorOf(gathered!.read());
  const usage = errorOf(devices.usage());
  await devices.close();
  expect((await reading).message).toBe("[closed] the devices were closed.");
  expect((await usage).code).toBe("closed");
  expect((await errorOf(gathered!.read())).code).toBe("closed");
});
