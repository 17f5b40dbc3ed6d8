import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MtfError } from "../errors.ts";
import * as typed from "../index.ts";
import { simulator } from "../simulator.ts";

// What is said of runs that are given something else than they take, and of handles that are used as
// something else than they are: always on which line, and what to write.

// biome-ignore lint/suspicious/noExplicitAny: programs without types are what this is about
const m: any = typed;

const { batch, inp } = typed.defineDims({ batch: 2, inp: 3 });
const mesh = typed.defineMesh({ data: 2 });
const layout = typed.defineLayout({ dims: { batch, inp }, mesh, rules: { batch: "data" } });
const inputs = [{ w: m.placeholder([inp]) }, m.placeholder([batch, inp])];
const six = [1, 2, 3, 4, 5, 6];

it("misuse at run time is answered with what happened, where, and what to write", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mtf-"));
  const short = join(folder, "short.bin");
  writeFileSync(short, new Uint8Array(10));
  await using devices = (await simulator(mesh)) as never as AsyncDisposable & typeof m;
  const forward = (p: { w: unknown }, x: unknown) => m.mul(p.w, x);
  const run = await devices.load(m.lower(forward, { layout, inputs }));
  const step = await devices.load(
    m.lower((p: { w: unknown }) => ({ w: m.mul(p.w, 2) }), {
      layout,
      inputs: inputs.slice(0, 1),
      donate: [0],
    }),
  );
  const loss = await devices.load(
    m.lower((x: unknown) => m.sum(x), { layout, inputs: [inputs[1]] }),
  );
  const state = await step.put(0, { w: [1, 2, 3] });
  await step(state);
  const held = await run.put(1, six);
  const freed = await run.put(1, six);
  freed.dispose();
  const one = await loss(six);
  const other = await loss(six);
  await other.number();

  const wrong: Record<string, () => unknown> = {
    "a state given up before": () => step(state),
    "a state given up before, read": () => state.w.read(),
    "a handle that was disposed of": () => run({ w: [1, 2, 3] }, freed),
    "number() a second time": () => other.number(),
    "number() of an array": () => held.number(),
    "nothing for an argument": () => run({ w: [1, 2, 3] }),
    "another key": () => run({ v: [1, 2, 3] }, six),
    "arguments swapped": () => run(six, { w: [1, 2, 3] }),
    "an array for a tree": () => run([1, 2, 3], six),
    "a Map for a tree": () => run(new Map([["w", [1, 2, 3]]]), six),
    "another key to be put": () => run.put(0, { v: [1, 2, 3] }),
    "too few numbers": () => run({ w: [1, 2] }, six),
    "a function that gives too few numbers": () =>
      run({ w: { box: () => new Float32Array(1) } }, six),
    "a file that is too short": () => run({ w: { file: short, offset: 4000 } }, six),
    "a box outside": () =>
      held.readBox([
        { begin: 0, size: 2 },
        { begin: 1, size: 3 },
      ]),
    "no box": () => held.readBox(3),
    "a program for another mesh": () =>
      devices.load(m.lower(forward, { layout: { ...layout, mesh: m.defineMesh({}) }, inputs })),
    "numbers to be moved": () =>
      devices.reshard(
        six,
        m.lower((x: unknown) => x, { layout, inputs: [inputs[1]] }),
        0,
      ),
    "a handle as an input of lower": () =>
      m.lower((x: unknown) => m.relu(x), { layout, inputs: [held] }),
    "a handle closed over": () => m.lower(() => m.relu(held), { layout, inputs: [] }),
    "a handle compared with a number": () => one < 0.5,
    "a handle plus a number": () => one + 1,
    "a handle with dims as a number": () => Math.max(held),
    "a handle in a text": () => {
      throw new MtfError("not-a-number", `${one} is text`);
    },
  };
  const messages: string[] = [];
  for (const [name, fn] of Object.entries(wrong)) {
    let message = "nothing was thrown";
    try {
      await fn();
    } catch (error) {
      if (!(error instanceof MtfError)) throw error;
      message = error.message.replace(/errors\.test\.ts:\d+/g, "errors.test.ts:0");
      message = message.replaceAll(folder, "FOLDER");
    }
    messages.push(`# ${name}\n${message}\n`);
  }
  rmSync(folder, { recursive: true });
  await expect(messages.join("\n")).toMatchFileSnapshot("./errors.test.txt");
});
