import type { Devices } from "mtf/simulator";
import type { Config } from "../config/index.ts";
import type { Team } from "../team.ts";
import { flopsOfToken } from "./flops.ts";
import { measuredPeak } from "./measured-peak.ts";
import type { TrainOptions } from "./options.ts";

/** A run of fewer operations than this has ended before anybody asks what share it reaches. */
const worthMeasuring = 1e12;

/** What part of a peak so many tokens a second are, where there is a peak. */
export type ShareOfPeak = (tokensPerSecond: number) => number | undefined;

/**
 * The share of the peak that is given; without one, of what the run's devices are measured to reach
 * when they do nothing but multiply matrices.
 *
 * @param behind the steps that are done
 */
export async function shareOfPeak(
  { peak }: TrainOptions,
  config: Config,
  devices: Devices,
  behind: number,
  note: (line: string) => void,
  team: Team,
): Promise<ShareOfPeak> {
  const perToken = flopsOfToken(config);
  const shareOf =
    (flops: number): ShareOfPeak =>
    (tokensPerSecond) =>
      (tokensPerSecond * perToken) / flops;
  if (peak !== undefined) return shareOf(peak * 1e9);
  const { steps, batch_size, context } = config.training;
  if ((steps - behind) * batch_size * context * perToken < worthMeasuring) return () => undefined;
  const { flops, size } = await measuredPeak(devices, devices.mesh, team);
  const what = `products of ${size} x ${size} matrices on ${devices.variant}`;
  note(`peak: ${(flops / 1e9).toPrecision(3)} GFLOP/s, measured with ${what}`);
  return shareOf(flops);
}
