import { type Config, type Training, withTraining } from "../config/index.ts";
import type { Settings } from "./settings.ts";

/** As many steps warm up at most where a config does not say how many. */
const most = 3000;

/** The steps in which the learning rate rises: a tenth of all where a config does not say. */
export function warmupOf({ warmup_steps, steps }: Training): number {
  return warmup_steps ?? Math.min(most, Math.ceil(steps / 10));
}

/** The config of a run that goes on: where it says nothing, what older runs had is kept. */
export function warmupAsBegun(config: Config, saved: Settings | undefined): Config {
  const { warmup_steps } = saved ?? {};
  if (config.training.warmup_steps !== null || typeof warmup_steps !== "number") return config;
  return withTraining(config, { warmup_steps });
}
