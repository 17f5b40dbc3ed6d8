import { describe, expect, it } from "vitest";
import type { TrainOptions } from "../train/options.ts";
import { readArguments } from "./arguments.ts";
import { commands } from "./commands.ts";
import { dispatch } from "./dispatch.ts";
import { evalCommand } from "./eval-options.ts";
import { generateCommand } from "./generate-options.ts";
import { printDuration, progressLine } from "./progress.ts";
import { trainCommand } from "./train-options.ts";

const words = (line: string) => line.split(" ");
const message = (line: string | string[]): string => {
  const [name, ...args] = typeof line === "string" ? words(line) : line;
  const command = commands.find((c) => c.name === name)!;
  try {
    return JSON.stringify(readArguments(command, args));
  } catch (error) {
    return (error as Error).message.split("\n")[0]!;
  }
};

async function call(args: string[], known = commands, debug = false) {
  const text = { out: "", err: "" };
  const output = {
    out: (more: string) => {
      text.out += more;
    },
    err: (more: string) => {
      text.err += more;
    },
    debug,
  };
  return { code: await dispatch(args, output, known), ...text };
}

describe("arguments", () => {
  it("are values of the table's types", () => {
    expect(
      readArguments(
        trainCommand,
        words(
          "--config demo --data a.txt b.jsonl --data=c.txt --out run --lr 1e-3 --batch-size 8 --resume",
        ),
      ),
    ).toEqual({
      config: "demo",
      data: ["a.txt", "b.jsonl", "c.txt"],
      out: "run",
      lr: 0.001,
      batchSize: 8,
      resume: true,
    });
    expect(
      readArguments(generateCommand, words("--model m --input-ids 1,2,3 --top-p 0.9 --json")),
    ).toEqual({ model: "m", inputIds: [1, 2, 3], topP: 0.9, json: true });
    expect(readArguments(generateCommand, ["--model", "m", "--prompt", ""])).toMatchObject({
      prompt: "",
    });
    expect(readArguments(generateCommand, ["--model=m", "--prompt=--x=1 y"])).toMatchObject({
      prompt: "--x=1 y",
    });
    expect(readArguments(evalCommand, ["--help"])).toBe("help");
  });

  it("read groups: a weight belongs to the data before it", () => {
    const dataOf = (line: string) =>
      (readArguments(trainCommand, words(`--config demo --out x ${line}`)) as TrainOptions).data;
    expect(dataOf("--data a --weight 0.7 --data b c --seed 1")).toEqual([
      { files: ["a"], weight: 0.7 },
      { files: ["b", "c"] },
    ]);
    expect(dataOf("--data a b --seed 1 --weight=3")).toEqual([{ files: ["a", "b"], weight: 3 }]);
    expect(dataOf("--data a --data b")).toEqual(["a", "b"]);
    expect(dataOf("--seed 1")).toBeUndefined();
  });

  it.each([
    ["train --confg demo", "[bad-argument] there is no option --confg. Did you mean --config?"],
    [
      "train --config --data a",
      "[bad-argument] --config needs a value: --config PRESET|FILE (one that begins with - is written --config=…).",
    ],
    ["train --out", "[bad-argument] --out needs a value: --out DIR."],
    ["train --steps 1.5", "[bad-argument] --steps is '1.5', not a whole number from 1 on."],
    ["train --steps -1", "[bad-argument] --steps is '-1', not a whole number from 1 on."],
    ["train --lr fast", "[bad-argument] --lr is 'fast', not a number above 0."],
    ["train --lr 0x10", "[bad-argument] --lr is '0x10', not a number above 0."],
    ["train --lr 0", "[bad-argument] --lr is '0', not a number above 0."],
    [
      "generate --seed 2147483648",
      "[bad-argument] --seed is '2147483648', not a whole number from 0 to 2147483647.",
    ],
    [
      "tokenize --workers 2147483648",
      "[bad-argument] --workers is '2147483648', not a whole number from 0 to 1024.",
    ],
    ["train --tokenizer=", "[bad-argument] --tokenizer is '', not some text."],
    [
      "train --weight 0.5 --data a",
      "[bad-argument] --weight belongs to the --data before it, and there is none.",
    ],
    [
      "train --data a b --weight 0.5 --weight 0.6",
      "[bad-argument] --weight is given twice for --data a b.",
    ],
    ["train --data a --weight 0", "[bad-argument] --weight is '0', not a number above 0."],
    ["train --data a --weight -1", "[bad-argument] --weight is '-1', not a number above 0."],
    ["train --data a --weight", "[bad-argument] --weight needs a value: --weight W."],
    ["train --data a --weight 0.5 b", "[bad-argument] 'b' belongs to no option."],
    [
      "train --data a --wieght 0.5",
      "[bad-argument] there is no option --wieght. Did you mean --weight?",
    ],
    ["eval --data a --weight 0.5", "[bad-argument] there is no option --weight."],
    ["train --resume=yes", "[bad-argument] --resume takes no value."],
    ["train --seed 1 --seed 2", "[bad-argument] --seed is given twice."],
    ["train --config demo --data a", "[bad-argument] --out is missing."],
    ["train --data a --out x", "[bad-argument] --config or --model is missing."],
    [
      "train --config tiny --with-optimizer --data a --out x",
      "[bad-argument] --with-optimizer goes with --model.",
    ],
    ["train stray", "[bad-argument] 'stray' belongs to no option."],
    ["train --out x stray", "[bad-argument] 'stray' belongs to no option."],
    ["train -x", "[bad-argument] there is no option -x."],
    [
      "generate --model m",
      "[bad-argument] --prompt, --prompt-file, --prompt-lines, --input-ids or --interactive is missing.",
    ],
    [
      "generate --input-ids 1,a",
      "[bad-argument] --input-ids is '1,a', not ids with commas between: 1,2,3.",
    ],
    [
      "generate --temperature -0.1",
      "[bad-argument] --temperature is '-0.1', not a number from 0 on.",
    ],
    [
      "generate --top-p 1.1",
      "[bad-argument] --top-p is '1.1', not a number from 0 on and at most 1.",
    ],
    [
      "generate --model m --prompt a --greedy --top-k 3",
      "[bad-argument] --greedy leaves nothing to --top-k.",
    ],
    [
      "generate --model m --prompt a --greedy --top-p 0.5 --eta-cutoff 0.1",
      "[bad-argument] --greedy leaves nothing to --top-p and --eta-cutoff.",
    ],
    [
      "generate --model m --prompt a --greedy --num-return-sequences 2",
      "[bad-argument] the likeliest ids make one text, and not several: --beams finds several.",
    ],
    [
      "generate --model m --prompt a --beams 2 --num-return-sequences 3",
      "[bad-argument] --num-return-sequences 3 needs as many --beams.",
    ],
    [
      "generate --model m --prompt a --beams 1 --length-penalty 2",
      "[bad-argument] --length-penalty and --early-stopping are for several --beams.",
    ],
    [
      "generate --model m --input-ids 1 --special",
      "[bad-argument] --special is for text, and not for --input-ids.",
    ],
    ["generate --min-p 2", "[bad-argument] --min-p is '2', not a number from 0 on and at most 1."],
    [
      "generate --typical-p 0",
      "[bad-argument] --typical-p is '0', not a number above 0 and at most 1.",
    ],
    [
      "generate --repetition-penalty 0",
      "[bad-argument] --repetition-penalty is '0', not a number above 0.",
    ],
    ["generate --beams 0", "[bad-argument] --beams is '0', not a whole number from 1 on."],
    ["generate --length-penalty x", "[bad-argument] --length-penalty is 'x', not a number."],
    [
      "generate --sequence-bias 1,2",
      "[bad-argument] --sequence-bias is '1,2', not ids, = and a number.",
    ],
    [
      "generate --bad-words-ids 1,2 3,x",
      "[bad-argument] --bad-words-ids is '3,x', not ids with commas between: 1,2,3.",
    ],
    [
      "generate --exponential-decay-length-penalty 5",
      "[bad-argument] --exponential-decay-length-penalty is '5', not a number of ids and a factor above 0: 20,1.05.",
    ],
    [
      "generate --early-stopping maybe",
      "[bad-argument] --early-stopping is 'maybe', not true or false or never.",
    ],
  ])("%s", (line, expected) => {
    expect(message(line)).toBe(expected);
  });
});

describe("gpt-neo", () => {
  const echo = {
    ...evalCommand,
    load: async () => ({ run: async () => ({ loss: 1.5, tokens: 3 }) }),
  };
  const line = words("eval --model m --data a.txt");

  it("prints help for itself and every command, from the tables", async () => {
    const { code, out } = await call(["--help"]);
    expect([code, out]).toMatchInlineSnapshot(`
      [
        0,
        "Trains GPT-Neo, and runs it, on any mesh of devices.

      Usage: gpt-neo COMMAND [options]

        train             train a model, or go on training one
        generate          continue a text
        serve             answer requests in the shape of OpenAI's API
        eval              measure how well a model predicts data
        tokenize          turn text into files of ids, on all cores
        tokenizer train   make a tokenizer.json of one's own text
        tokenizer encode  turn lines on standard input, JSON texts, into ids
        tokenizer decode  turn lines of ids on standard input into text
        cat               write data's documents, a JSON line each
        convert           write weights of any kind as a Hugging Face folder
        gather            make checkpoints whole that hosts without a shared folder have saved
        inspect           tell what a file or folder is, and what is in it
        devices           tell what this machine computes with, and what runs take of it

      gpt-neo COMMAND --help, or gpt-neo help COMMAND, lists a command's options; gpt-neo --version says
      which this is. DEBUG=1 shows where an error comes from.
      ",
      ]
    `);
    expect((await call(["train", "--help"])).out).toMatchInlineSnapshot(`
      "gpt-neo train: train a model, or go on training one.

      Usage: gpt-neo train --config PRESET|FILE --data FILE… --out DIR [options]

        --config PRESET|FILE      a new model: a preset, such as 125M, or a file
        --model DIR               start from a model's weights instead, with fresh optimizer state
        --with-optimizer          with --model: go on with the optimizer's state and step saved there
        --data FILE…              files, folders, patterns, - (standard input) (default: the config's)
        --weight W                the share of samples from the --data before it (default: 1)
        --validation-data FILE…   validate with these (default: a held-back part of --data)
        --out DIR                 the run's folder, a new or an empty one: model, log, checkpoints
        --tokenizer gpt2|bytes|FILE|DIR
                                  what makes ids of text (default: the config's, or the model's)
        --special                 <|endoftext|> in a text ends it (default: it is text)
        --moe-layers LAYERS       with --config: layers that are mixtures of experts, such as 1,3
                                  (default: the config's)
        --experts N               experts of each; 16 where it has none (default: the config's)
        --optimizer adamw|adafactor|lion|muon|rmsprop|adagrad
                                  what makes a step of a gradient; adafactor needs the least memory
                                  (default: the config's, adamw)
        --lr RATE                 the highest learning rate (default: the config's, 0.0003)
        --batch-size N            samples per step (default: the config's, 8)
        --grad-accumulation N     parts of a batch computed one by one (default: the config's, 1)
        --recompute               compute blocks again, and logits in parts: less memory, more time
        --context N               tokens per sample, for eval and generate too (default: all positions)
        --steps N                 steps in all (default: the config's, 1000)
        --eval-every N            steps between validations (default: the config's, 100)
        --eval-batches N          batches a validation looks at (default: the config's, 32)
        --validation-share PART   of the data, held back to validate with (default: the config's, 0.05)
        --save-every N            steps between checkpoints (default: the config's, 500)
        --machine FILE            the machine to plan for, as npm run bench -- machine prints it
                                  (default: one core for each device)
        --peak GFLOPS             what the machine could do, to show the share reached
                                  (default: measured, unless the run is short)
        --profile FILE            write the third step's trace there, and print what took its time
        --sample-every N          steps between samples of text, 64 tokens each (default: none)
        --keep N                  the last checkpoints to keep, and the best one (default: 2)
        --keep-every N            keep those after every N steps for good (default: none)
        --seed N                  what weights, order of data and dropout follow from
                                  (default: the config's, 0)
        --set KEY=VALUE…          any key of the config's training: --set warmup_steps=50 decay_to=0
        --resume                  go on from the last checkpoint, with the options it was begun with
        --input-format txt|jsonl|json|tfrecords|bin|uint16
                                  what files hold; uint16 is nanoGPT's (default: their names tell)
        --text-key KEY            the text's key in JSON (default: text, input_ids)
        --zstd-window SIZE        memory that a .zst may ask for, up to 2GiB (default: 128MiB)
        --no-cross-document       no id is predicted from another document, nor sees one
        --reset-positions         positions begin at 0 in each document, not in each sample
        --cache DIR               where tokenized text is kept (default: .gpt-neo-cache beside the run)
        --log jsonl|tensorboard…  log.jsonl, and events for tensorboard --logdir (default: jsonl)
        --mesh AXES               devices: data:2,model:2
                                  (default: one per core or process, or as many as needed)
        --layout RULES            which dim is split over which axis: batch:data,heads:model
                                  (default: as below)
        --storage RULES           how parameters rest where they are not computed with: embd:data
                                  (default: as --layout)
        --runtime workers|simulator|mpi
                                  a worker per device; all in one; mpirun's processes (default: workers)
        --backend wasm|webgpu|cpu|tensorflow
                                  what computes an op: fast; a GPU; plain; TensorFlow, if installed
                                  (default: wasm)
        --fast-reduce             on mpi: sums are MPI's, in whatever order it finds fast
        --deterministic           the same bits on every machine; slower: no BLAS, no relaxed SIMD
        --json                    end standard output with the result as one JSON object
        --help                    print this

      gpt-neo train --out DIR --resume goes on with the run there and needs nothing else: what is given
      beside goes over what it was begun with. A pipe is read anew where it is named again, and another
      --validation-share holds back what has been trained on, in part.

      Without --weight, the files of all --data are one source, their documents one stream. With
      one, every --data is a source of its own, read as often as its share says:
      --data a.txt b.txt --weight 0.7 --data c.jsonl --weight 0.3.

      A config's PRESET is one of
      tiny, tiny-moe, demo, 125M, 125M-moe, 350M, 1.3B, 2.7B, 13B, pythia-14m, pythia-31m,
      pythia-70m, pythia-160m, pythia-410m, pythia-1b, pythia-1.4b, pythia-2.8b, pythia-6.9b,
      pythia-12b, gpt-neox-20b, gpt-j-6b, gpt2, gpt2-medium, gpt2-large, gpt2-xl, gpt3-small,
      gpt3-medium, gpt3-large, gpt3-xl, gpt3-2.7B, gpt3-6.7B, gpt3-13B, gpt3-175B.

      A config's FILE is JSON of ours, of Hugging Face or of GPT-Neo, or YAML of GPT-NeoX; NeoX's in
      several files are given with commas between: --config 125M.yml,local.yml. Beside --model, --config
      FILE says key by key what is otherwise than in the config.json that lies with its weights.

      Checkpoints of the original GPT-Neo hold the optimizer's state and the step: with --with-optimizer
      training goes on as there, learning rate included, but takes the data from their beginning.

      Dims that --layout and --storage name:
        batch, length, memory_length, embd, heads, kv, ff, vocab; of GPT-Neo and GPT-2 also position
      A dim may go to several axes: batch:pod+data. Without --layout, batch goes to data; heads, ff and
      vocab go to model, as far as the mesh has these axes. No layout changes a result.
      "
    `);
    for (const { name, options } of commands) {
      const help = await call([name, "--help"]);
      expect(help.code).toBe(0);
      for (const key of Object.keys(options)) {
        expect(help.out).toContain(`--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`);
      }
      for (const text of help.out.split("\n")) expect(text.length).toBeLessThanOrEqual(100);
    }
    expect((await call(["eval", "--help"])).out).toMatchInlineSnapshot(`
      "gpt-neo eval: measure how well a model predicts data.

      Usage: gpt-neo eval --model DIR --data FILE… [options]

        --model DIR          a model's folder: a run's, or one of Hugging Face's
        --data FILE…         what to predict: files, folders, patterns, - (standard input)
        --context N          tokens the model sees at once (default: what it was trained on)
        --dtype float32|bfloat16|float16|int8
                             what weights take in memory; all compute in float32 (default: float32)
        --stride N           each window predicts N new ids (default: disjoint windows)
        --no-cross-document  ends of text cut rows: each document is predicted by itself
        --logits FILE        write the logits there, as safetensors [rows, length, vocab]
        --input-format txt|jsonl|json|tfrecords|bin|uint16
                             what files hold; uint16 is nanoGPT's (default: their names tell)
        --text-key KEY       the text's key in JSON (default: text, input_ids)
        --zstd-window SIZE   memory that a .zst may ask for, up to 2GiB (default: 128MiB)
        --tokenizer gpt2|bytes|FILE|DIR
                             what makes ids of text (default: the model's)
        --special            <|endoftext|> in a text ends it (default: it is text)
        --mesh AXES          devices: data:2,model:2
                             (default: one per core or process, or as many as needed)
        --layout RULES       which dim is split over which axis: batch:data,heads:model
                             (default: as below)
        --storage RULES      how parameters rest where they are not computed with: embd:data
                             (default: as --layout)
        --runtime workers|simulator|mpi
                             a worker per device; all in one; mpirun's processes (default: workers)
        --backend wasm|webgpu|cpu|tensorflow
                             what computes an op: fast; a GPU; plain; TensorFlow, if installed
                             (default: wasm)
        --fast-reduce        on mpi: sums are MPI's, in whatever order it finds fast
        --deterministic      the same bits on every machine; slower: no BLAS, no relaxed SIMD
        --json               end standard output with {"loss", "perplexity", "tokens"}
        --help               print this

      Dims that --layout and --storage name:
        batch, length, memory_length, embd, heads, kv, ff, vocab; of GPT-Neo and GPT-2 also position
      A dim may go to several axes: batch:pod+data. Without --layout, batch goes to data; heads, ff and
      vocab go to model, as far as the mesh has these axes. No layout changes a result.
      "
    `);
    expect((await call([])).code).toBe(1);
  });

  it("names the command that was meant", async () => {
    expect(await call(["trian"])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "gpt-neo: [bad-argument] there is no command 'trian'. Did you mean train?
        commands  train, generate, serve, eval, tokenize, tokenizer train, tokenizer encode, tokenizer decode, cat, convert, gather, inspect, devices
      ",
        "out": "",
      }
    `);
  });

  it("knows a longer name of a command", async () => {
    expect((await call(["evaluate"])).err).toContain("Did you mean eval?");
  });

  it("prints results for people, or as one object", async () => {
    expect(await call(line, [echo])).toEqual({ code: 0, out: "loss    1.5\ntokens  3\n", err: "" });
    expect((await call([...line, "--json"], [echo])).out).toBe('{"loss":1.5,"tokens":3}\n');
    const text = { ...echo, load: async () => ({ run: async () => ({ ids: [1], text: "hi" }) }) };
    expect((await call(line, [text])).out).toBe("hi\n");
  });

  it("ends with 1 and a message; with the stack only to debug", async () => {
    const run = async () => {
      throw new TypeError("no such thing");
    };
    const broken = { ...echo, load: async () => ({ run }) };
    expect(await call(line, [broken])).toEqual({
      code: 1,
      out: "",
      err: "gpt-neo: TypeError: no such thing\n",
    });
    expect((await call(line, [broken], true)).err).toContain("cli.test.ts");
  });
});

describe("progress", () => {
  const recorded = (isTTY: boolean, columns = 20) => {
    let text = "";
    let time = 0;
    const write = (more: string) => {
      text += more;
    };
    const stream = { isTTY, columns, write };
    const progress = progressLine({ stream, interval: 10, now: () => time });
    const wait = (ms: number) => {
      time += ms;
    };
    return { progress, written: () => text, wait };
  };

  it("rewrites its line on a terminal, and never wraps it", () => {
    const { progress, written, wait } = recorded(true);
    progress.update("one");
    progress.update("left out");
    wait(10);
    progress.update("a line that is too wide for it");
    progress.note("saved");
    progress.update("end");
    progress.end();
    const wide = "a line that is too…";
    expect(written()).toBe(`\r\u001b[Kone\r\u001b[K${wide}\r\u001b[Ksaved\n${wide}\r\u001b[Kend\n`);
  });

  it("is plain lines elsewhere, few of them", () => {
    const { progress, written, wait } = recorded(false);
    for (let i = 0; i < 100; i++) {
      progress.update(`step ${i}`);
      wait(1);
    }
    progress.note("saved");
    progress.end();
    const lines = written().trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual(["step 10", "step 20"]);
    expect(lines.slice(-2)).toEqual(["saved", "step 99"]);
    expect(lines).toHaveLength(11);
    expect(written()).not.toContain("\r");
  });

  it("is one line elsewhere for what is over at once", () => {
    const { progress, written, wait } = recorded(false);
    progress.update("reading: 1 document, 10 tokens");
    wait(5);
    progress.update("reading: 1 document, 11 tokens");
    progress.end();
    progress.update("step 1");
    wait(20);
    progress.update("step 2");
    progress.end();
    expect(written()).toBe("reading: 1 document, 11 tokens\nstep 2\n");
  });

  it("prints durations", () => {
    expect([3, 125, 5400, Infinity].map(printDuration)).toEqual([
      "3 s",
      "2 min 5 s",
      "1 h 30 min",
      "?",
    ]);
  });
});
