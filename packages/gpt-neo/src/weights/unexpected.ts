import type { Weights } from "./load.ts";

/** As many tensors are named, one a line. */
const shown = 20;

/**
 * What is to be said of the tensors in a file that the model of its config does not have. Whole layers
 * are told together: it is the config that is of another model, then.
 *
 * @example
 * unexpectedLines(weights); // ["left out: 2 layers from 2 to 3 (26 tensors): the config has num_layers 2"]
 */
export function unexpectedLines({
  unexpected,
  config,
}: Pick<Weights, "unexpected" | "config">): readonly string[] {
  const beyond = unexpected.filter((name) => layerOf(name) >= config.num_layers);
  const others = unexpected.filter((name) => !beyond.includes(name));
  const layers = [...new Set(beyond.map(layerOf))].sort((a, b) => a - b);
  const named = others.slice(0, shown);
  return [
    ...(layers.length === 0
      ? []
      : [
          `left out: ${listed(layers)} (${many(beyond.length)}): the config has num_layers ${config.num_layers}`,
        ]),
    ...named.map((name) => `left out: ${name}: the model has no such tensor`),
    ...(others.length > shown ? [`left out: ${many(others.length - shown)} more`] : []),
  ];
}

/** The layer that a name says, in Hugging Face's words or the original's; -1 for none. */
function layerOf(name: string): number {
  const layer = /(?:^|\.)(?:h|layers)\.(\d+)\.|^gpt2\/h(\d+)\//.exec(name);
  return layer ? Number(layer[1] ?? layer[2]) : -1;
}

function listed(layers: readonly number[]): string {
  const [first, last] = [layers[0]!, layers.at(-1)!];
  return layers.length === 1
    ? `layer ${first}`
    : `${layers.length} layers from ${first} to ${last}`;
}

function many(tensors: number): string {
  return tensors === 1 ? "a tensor" : `${tensors} tensors`;
}
