import {
  inverseSquareRoot,
  noam,
  productRate,
  type Schedule,
  schedule,
  slantedTriangular,
  warmupStableDecay,
} from "mtf";
import type { Config } from "../config/index.ts";
import { warmupOf } from "./warm-up.ts";

/** The learning rate of a config, `learning_rate` where it is highest: a function of the steps taken. */
export function learningRate({ training }: Config): Schedule {
  const { learning_rate: rate, schedule: decay, decay_to, decay_steps, steps } = training;
  const warmup = warmupOf(training);
  const end = decay_steps ?? steps;
  const least = Math.max(1, warmup);
  switch (decay) {
    case "constant":
      return schedule({ rate, warmup });
    case "cosine":
    case "linear":
      return schedule({ rate, warmup, decay, begin: 0, end, floor: decay_to });
    case "inverse_sqrt":
      return productRate(rate * Math.sqrt(least), inverseSquareRoot({ warmup: least }));
    case "noam":
      return productRate(rate * Math.sqrt(least), noam({ width: 1, warmup: least }));
    case "slanted_triangular":
      return slantedTriangular({ rate, end, cut: Math.min(1, warmup / end), ratio: 1 / decay_to });
    case "warmup_stable_decay": {
      const cooldown = training.cooldown_steps ?? Math.max(1, Math.round(end / 5));
      return warmupStableDecay({ rate, warmup, decay: cooldown, end, floor: decay_to });
    }
  }
}
