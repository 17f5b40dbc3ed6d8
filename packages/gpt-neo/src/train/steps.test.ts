import { join } from "node:path";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cli.ts";
import { parseConfig } from "../config/index.ts";
import type { SampleSet } from "../data/index.ts";
import { dimsOf } from "../models/index.ts";
import { layoutOf } from "../session.ts";
import { readAlready } from "./data/opened-data.ts";
import type { Report } from "./step.ts";
import { takeSteps } from "./steps.ts";

const folder = temporaryFolder();
const config = parseConfig({
  vocab_size: 8,
  hidden_size: 8,
  num_layers: 1,
  num_heads: 2,
  attention_types: [[["global"], 1]],
  max_position_embeddings: 4,
  training: { batch_size: 1, steps: 3, warmup_steps: 0, tokenizer: null },
});

type Step = (...inputs: unknown[]) => Promise<readonly [unknown, Report & { loss: Readable }]>;
type Readable = { number(): Promise<number> };

/** Devices that tell when a training step is sent to them, and when what it came to is asked for. */
function telling(devices: Devices, tell: (what: string) => void): Devices {
  const load = async (lowered: Parameters<Devices["load"]>[0]): Promise<unknown> => {
    const run = (await devices.load(lowered)) as unknown as Step & { unload(): Promise<void> };
    const step: Step = async (...inputs) => {
      if (inputs.length < 3) return run(...inputs);
      tell("send");
      const [state, report] = await run(...inputs);
      const { loss } = report;
      const number = () => {
        tell("ask");
        return loss.number();
      };
      return [state, { ...report, loss: { ...loss, number } }];
    };
    return Object.assign(step, { unload: run.unload });
  };
  return { ...devices, load: load as Devices["load"] };
}

it("makes the next batch while the devices are at a step, and none after the last", async () => {
  const calls: string[] = [];
  const samples: SampleSet = {
    context: 4,
    tokens: 20,
    count: 5,
    read(_, tokens, labels) {
      calls.push("take");
      tokens.fill(1);
      labels.fill(2);
    },
  };
  const devices = await simulator(defineMesh("data:1"), { backend: "wasm" });
  await takeSteps({
    config,
    data: readAlready(
      { train: samples, validation: undefined, tokens: 20, close: () => undefined },
      false,
    ),
    dataOrder: 2,
    settings: {},
    tokenizer: undefined,
    out: join(folder, "run"),
    devices: telling(devices, (what) => calls.push(what)),
    layout: layoutOf({}, devices.mesh, dimsOf(config, 1, 4)),
    from: { kind: "random" },
    on: { note: () => undefined, step: ({ step }) => calls.push(`step ${step}`) },
  });
  await devices.close();
  expect(calls.join(", ")).toBe(
    "take, send, take, ask, step 1, send, take, ask, step 2, send, ask, step 3",
  );
});
