import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PoolUse } from "./paged/paged-logits.ts";
import { poolMetrics } from "./pool-metrics.ts";
import type { FoundInStep, Load } from "./scheduler.ts";

/** What a server counts, for Prometheus. Nothing of a request's text or path is in it. */
export interface Metrics {
  readonly registry: Registry;
  /** A request that has been answered. */
  answered(endpoint: string, status: number): void;
  read(ids: number): void;
  /** The same things found, counted and timed. */
  timed(found: AsyncIterable<FoundInStep>): AsyncGenerator<FoundInStep>;
}

const waits = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function metrics(load: () => Load, pool?: () => PoolUse | undefined): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, key: keyof Load) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(load()[key]);
      },
    });
  gauge("gpt_neo_rows_running", "Texts that are being made", "running");
  gauge("gpt_neo_requests_waiting", "Requests that wait for room in the batch", "waiting");
  if (pool) poolMetrics(pool, registry);
  const requests = new Counter({
    ...{ name: "gpt_neo_requests_total", help: "Requests by their answer's status", registers },
    labelNames: ["endpoint", "status"],
  });
  const prompts = new Counter({
    ...{ name: "gpt_neo_prompt_tokens_total", help: "Tokens of prompts", registers },
  });
  const made = new Counter({
    ...{ name: "gpt_neo_generated_tokens_total", help: "Tokens that were made", registers },
  });
  const first = new Histogram({
    ...{ name: "gpt_neo_time_to_first_token_seconds", buckets: waits, registers },
    help: "Seconds from a request to its first token",
  });
  const between = new Histogram({
    ...{ name: "gpt_neo_time_between_tokens_seconds", buckets: waits, registers },
    help: "Seconds between the tokens of a request: of several texts, those of one step count once",
  });
  return {
    registry,
    answered: (endpoint, status) => requests.inc({ endpoint, status }),
    read: (ids) => prompts.inc(ids),
    async *timed(found) {
      let before = performance.now();
      let waitsFor = first;
      for await (const some of found) {
        const ids = some.filter(({ kind }) => kind === "id").length;
        if (ids > 0) {
          made.inc(ids);
          waitsFor.observe((performance.now() - before) / 1000);
          waitsFor = between;
          before = performance.now();
        }
        yield some;
      }
    },
  };
}
