import {
  always,
  type KeyNote,
  type Keys,
  note,
  printed,
  problem,
  type Rule,
  unlessOff,
} from "../key-rules.ts";
import { mustBe, typed } from "./rule-kinds.ts";

/** The optimizer and the learning rate. */
export const optimizerRules: Readonly<Record<string, Rule>> = {
  optimizer,
  lr: () => problem("has its place in optimizer: {params: {lr}}"),
  weight_decay: typed("number", 0),
  gradient_clipping: typed("number", 0),
  lr_decay_style: mustBe(
    ["linear", "cosine", "constant"],
    "the rate here is linear, cosine or constant",
  ),
  lr_decay_iters: typed("number", 1),
  lr_decay_fraction: typed("number", 0),
  min_lr: typed("number", 0),
  warmup: typed("number", 0),
  override_lr_scheduler: always("a resumed run takes the rate from its config, and tells changes"),
  use_checkpoint_lr_scheduler: always("a resumed run takes the rate from its config"),
  use_bnb_optimizer: unlessOff("stored the optimizer's state in 8 bits; here it is float32"),
};

/** The optimizer that is not Adam there and is here what it is there. */
export function isLion({ optimizer }: Keys): boolean {
  const { type } = (optimizer ?? {}) as Keys;
  return `${type}`.toLowerCase() === "lion";
}

/** Adam's where its config has none. */
export const usualEps = 1e-8;

function optimizer(value: unknown): KeyNote | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return problem(`is ${printed(value)}, not {"type", "params"}`);
  }
  const { type, params, ...rest } = value as Keys;
  const { eps } = (params ?? {}) as Keys;
  const wrong = paramsProblem(params);
  if (wrong !== undefined) return problem(wrong);
  const others = Object.keys({ ...rest, ...(params as Keys) }).filter(
    (key) => !["lr", "betas", "eps", "weight_decay"].includes(key),
  );
  const notes = [
    ...(type === undefined || ["adam", "lion"].includes(`${type}`.toLowerCase())
      ? []
      : [`is ${printed(type)}; here it is AdamW, whose learning rate may have to be another`]),
    ...(eps === undefined || typeof eps === "number"
      ? []
      : [`has params.eps ${printed(eps)}, which is no number: it is ${usualEps}`]),
    ...(others.length > 0
      ? [
          `has ${others.join(", ")}, which ${isLion({ optimizer: value }) ? "Lion" : "AdamW"} here does not know`,
        ]
      : []),
  ];
  return notes.length > 0 ? note(notes.join("; ")) : undefined;
}

function paramsProblem(params: unknown): string | undefined {
  if (params === undefined || params === null) return undefined;
  if (typeof params !== "object") return `has params ${printed(params)}, not {"lr", …}`;
  const { lr, betas } = params as Keys;
  if (lr !== undefined && typeof lr !== "number") {
    return `has params.lr ${printed(lr)}, which must be a number`;
  }
  const pair = Array.isArray(betas) && betas.length === 2 && betas.every(Number.isFinite);
  if (betas !== undefined && !pair) return `has params.betas ${printed(betas)}, not two numbers`;
  return undefined;
}
