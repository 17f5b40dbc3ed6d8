// Generating by transformers.js on ONNX Runtime: transformers-js.mjs FOLDER THREADS, of a folder that
// export_onnx.py wrote.

import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { AutoModelForCausalLM, BaseStreamer, env, Tensor } from "@huggingface/transformers";

const [folder, threads] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);

let since = performance.now();
const model = await AutoModelForCausalLM.from_pretrained(basename(folder), {
  dtype: "fp32",
  device: "cpu",
  session_options: { intraOpNumThreads: Number(threads), interOpNumThreads: 1 },
});
const loading = (performance.now() - since) / 1000;

/** When each id of all texts is there; the prompts come first. */
class Arrivals extends BaseStreamer {
  times = [];
  put() {
    this.times.push(performance.now());
  }
  end() {}
}

for await (const line of createInterface({ input: process.stdin })) {
  const { prompts, tokens } = JSON.parse(line);
  const shape = [prompts.length, prompts[0].length];
  const all = BigInt64Array.from(prompts.flat(), BigInt);
  const streamer = new Arrivals();
  since = performance.now();
  const found = await model.generate({
    inputs: new Tensor("int64", all, shape),
    attention_mask: new Tensor("int64", new BigInt64Array(all.length).fill(1n), shape),
    max_new_tokens: tokens,
    do_sample: false,
    eos_token_id: null,
    streamer,
  });
  const end = performance.now();
  const ids = found.tolist().map((text) => text.slice(shape[1]).map(Number));
  const [, begun] = streamer.times;
  const [first, rest] = [(begun - since) / 1000, (end - begun) / 1000];
  const by = `transformers.js ${env.version}, onnxruntime-node`;
  process.stdout.write(`${JSON.stringify({ loading, first, rest, ids, by })}\n`);
}
