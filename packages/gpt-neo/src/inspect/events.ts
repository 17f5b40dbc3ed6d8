import { readEvents } from "../tensorboard/read.ts";

/** What files of events for TensorBoard hold. */
export interface EventsSummary {
  readonly files: readonly string[];
  /** Records in all. */
  readonly events: number;
  /** When the first and the last were written, in ISO 8601. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** By name: how many numbers there are, and the last of them. */
  readonly scalars: Readonly<Record<string, ScalarSummary>>;
  /** Tags of what is no number: histograms, images, texts. */
  readonly others: readonly string[];
}

export interface ScalarSummary {
  readonly count: number;
  readonly step: number;
  /** Written out where JSON has no such number. */
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
}

/** Whether a name is one that TensorBoard looks for. */
export function isEventsName(name: string): boolean {
  return name.includes("tfevents");
}

/**
 * Says what files of events hold, one going on from the other: of steps that a resumed run made
 * again, what it made last.
 *
 * @param files in the order they were begun
 * @throws MtfError `bad-file` naming the byte where one is damaged
 */
export async function inspectEvents(files: readonly string[]): Promise<EventsSummary> {
  const steps = new Map<string, Map<number, number>>();
  const others = new Set<string>();
  let [events, from, to] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const file of files) {
    for await (const event of readEvents(file)) {
      events++;
      from = Math.min(from, event.time);
      to = Math.max(to, event.time);
      if (event.restarts) for (const values of steps.values()) cut(values, event.step);
      for (const [tag, value] of event.scalars) {
        if (!steps.has(tag)) steps.set(tag, new Map());
        steps.get(tag)!.set(event.step, value);
      }
      for (const tag of event.others) others.add(tag);
    }
  }
  const scalars = [...steps]
    .filter(([, values]) => values.size > 0)
    .sort(([a], [b]) => order(a, b));
  return {
    files,
    events,
    from: printTime(from),
    to: printTime(to),
    scalars: Object.fromEntries(scalars.map(([tag, values]) => [tag, summaryOf(values)])),
    others: [...others].sort(order),
  };
}

function cut(values: Map<number, number>, begin: number): void {
  for (const step of values.keys()) if (step >= begin) values.delete(step);
}

function summaryOf(values: ReadonlyMap<number, number>): ScalarSummary {
  const step = [...values.keys()].reduce((a, b) => Math.max(a, b));
  const value = values.get(step)!;
  const written = String(value) as "NaN" | "Infinity" | "-Infinity";
  return { count: values.size, step, value: Number.isFinite(value) ? value : written };
}

function printTime(seconds: number): string | undefined {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}
