import { describe, expect, it } from "vitest";
import { parseConfig, type Training } from "../config/index.ts";
import { usuallyKept } from "../train/checkpoint.ts";
import { usualEvalBatches } from "../train/validation.ts";
import { commands } from "./commands.ts";
import { printCommandHelp } from "./help.ts";
import { type Option, typed } from "./option.ts";
import { trainCommand } from "./train-options.ts";

/** Left out, nothing stands for them: what they ask for is not done, or another one is given. */
const withoutDefault = new Set([
  "train --config",
  "train --model",
  "train --profile",
  "train --set",
  "generate --prompt",
  "generate --prompt-file",
  "generate --prompt-lines",
  "generate --input-ids",
  "eval --logits",
]);

interface Named {
  readonly name: string;
  readonly option: Option<unknown>;
}

const all: readonly Named[] = commands.flatMap((command) =>
  (Object.entries(command.options) as [string, Option<unknown>][]).flatMap(([key, option]) => {
    const own = option.kind === "groups" ? Object.entries(option.own) : [];
    return [[key, option] as const, ...own].map(([one, its]) => ({
      name: `${command.name} --${typed(one)}`,
      option: its,
    }));
  }),
);

describe("what holds where an option is not given", () => {
  it("is told by every option that takes a value and may be left out", () => {
    const silent = all.filter(
      ({ option }) => option.kind !== "flag" && !option.required && !option.otherwise,
    );
    expect(silent.map(({ name }) => name)).toEqual([...withoutDefault]);
  });

  it("is a field of the option, and no part of its sentence", () => {
    expect(all.filter(({ option }) => /default/.test(option.help))).toEqual([]);
    for (const { option } of all) expect(option.required && option.otherwise).toBeFalsy();
  });

  it("is printed behind its sentence", () => {
    for (const command of commands) {
      const help = printCommandHelp(command);
      const own = all.filter(({ name }) => name.startsWith(`${command.name} --`));
      for (const { option } of own) {
        const { help: sentence, otherwise } = option;
        if (!otherwise) continue;
        const is = otherwise.kind === "value" ? String(otherwise.value) : otherwise.by;
        expect(help.replace(/\s+/g, " ")).toContain(`${sentence} (default: ${is})`);
      }
    }
  });

  it("is what the config has, where a config decides", () => {
    const { training } = parseConfig({});
    const keys: Readonly<Record<string, keyof Training>> = {
      lr: "learning_rate",
      batchSize: "batch_size",
      gradAccumulation: "grad_accumulation",
      steps: "steps",
      evalEvery: "eval_every",
      saveEvery: "save_every",
      validationShare: "validation",
      seed: "seed",
    };
    const told = Object.fromEntries(
      Object.entries(trainCommand.options).flatMap(([key, { otherwise }]) => {
        const number =
          otherwise?.kind === "decided" && /^the config's, ([\d.]+)$/.exec(otherwise.by);
        return number ? [[key, Number(number[1])]] : [];
      }),
    );
    const expected = Object.entries(keys).map(([key, name]) => [key, training[name]]);
    expect(told).toEqual({ ...Object.fromEntries(expected), evalBatches: usualEvalBatches });
    expect(trainCommand.options.keep.otherwise).toEqual({
      kind: "decided",
      by: `${usuallyKept.last}`,
    });
  });
});
