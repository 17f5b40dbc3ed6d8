import type { Config } from "../config/index.ts";
import { flopsOfToken } from "./flops.ts";
import type { TrainOptions } from "./options.ts";

/** What part of a machine's peak so many tokens a second are, where the peak is known. */
export function shareOfPeak(
  { peak }: TrainOptions,
  config: Config,
): (tokensPerSecond: number) => number | undefined {
  if (peak === undefined) return () => undefined;
  const perToken = flopsOfToken(config);
  return (tokensPerSecond) => (tokensPerSecond * perToken) / (peak * 1e9);
}
