import { defineDims } from "mtf";
import type { Built } from "../../built.ts";
import type { Config } from "../../config/index.ts";
import { type Dims, modelOf } from "../../models/index.ts";
import { blockSize } from "./block-size.ts";
import { poolBlocks, type Wanted } from "./pool-blocks.ts";
import { type Extended, type Extending, extending } from "./programs.ts";
import { widthFor } from "./widths.ts";

/** Of what a server runs, what needs the most memory: a token of each text, all of them this long. */
export function largest(
  config: Config,
  { batch, length }: Dims,
  wanted: Wanted,
): Built<Extending, Extended> {
  const size = defineDims({ block: poolBlocks(config, wanted), offset: blockSize });
  const dims = modelOf(config).dims(config, widthFor(batch.size), 1);
  return extending(config, dims, size, Math.ceil(length.size / blockSize));
}
