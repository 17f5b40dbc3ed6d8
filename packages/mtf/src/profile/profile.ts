import { coordinateOf, type Mesh } from "../mesh.ts";
import type { ProfileEvent } from "./event.ts";
import { printProfile } from "./print.ts";
import { type ProfileRow, rowsOf } from "./rows.ts";
import { type Trace, traceOf } from "./trace.ts";

/** What devices did when, in the runs of some work. */
export interface Profile {
  /** By op and line of source, what took longest first. */
  readonly rows: readonly ProfileRow[];
  /** Milliseconds from the first instruction's begin to the last one's end, on any device. */
  readonly milliseconds: number;
  readonly devices: number;
  /** The variant of kernels that computed. */
  readonly variant: string;
  /**
   * Every instruction on a track for each device, as Perfetto (ui.perfetto.dev) and Chrome read it.
   *
   * @example
   * writeFileSync("trace.json", JSON.stringify(profile.trace()));
   */
  trace(): Trace;
  /** The rows as a table. */
  toString(): string;
}

export function profileOf(events: readonly ProfileEvent[], mesh: Mesh, variant: string): Profile {
  let [begin, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const event of events) {
    begin = Math.min(begin, event.begin);
    end = Math.max(end, event.end);
  }
  const profile: Profile = {
    rows: rowsOf(events, mesh.size),
    milliseconds: events.length === 0 ? 0 : end - begin,
    devices: mesh.size,
    variant,
    trace: () => traceOf(events, trackNames(mesh)),
    toString: () => printProfile(profile),
  };
  return Object.assign(profile, {
    [Symbol.for("nodejs.util.inspect.custom")]: () => printProfile(profile),
  });
}

/** `device 3 (data=1, model=1)` */
function trackNames(mesh: Mesh): readonly string[] {
  return Array.from({ length: mesh.size }, (_, device) => {
    const at = Object.entries(coordinateOf(mesh, device)).map(([axis, i]) => `${axis}=${i}`);
    return at.length > 0 ? `device ${device} (${at.join(", ")})` : `device ${device}`;
  });
}
