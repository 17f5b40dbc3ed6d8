import { Counter, Gauge, type Registry } from "prom-client";
import type { PoolUse } from "./paged/paged-logits.ts";

/** Tells how the pool of keys and values is used. Counts begin again with a model that is loaded again. */
export function poolMetrics(use: () => PoolUse | undefined, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    ...{ name: "gpt_neo_cache_blocks", help: "Blocks of the cache by their use", registers },
    labelNames: ["use"],
    collect() {
      const { held = 0, known = 0, free = 0 } = use() ?? {};
      for (const [name, count] of Object.entries({ held, known, free })) {
        this.set({ use: name }, count);
      }
    },
  });
  const counter = (name: string, help: string, key: "hits" | "found" | "computed") =>
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset();
        this.inc(use()?.[key] ?? 0);
      },
    });
  counter("gpt_neo_prefix_hits_total", "Texts of which the beginning was in the cache", "hits");
  counter("gpt_neo_prefix_tokens_total", "Tokens of these beginnings", "found");
  counter(
    "gpt_neo_computed_tokens_total",
    "Tokens whose keys and values were computed",
    "computed",
  );
}
