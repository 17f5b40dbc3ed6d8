import type { Run } from "mtf/simulator";
import type { Draws } from "../../generate/few/few-of.ts";
import type { Glance } from "../../generate/few/look.ts";
import type { LoadedModel } from "../../loaded-model.ts";
import type { Parameters, Pool, PoolSize } from "../../models/index.ts";
import { onceForEach } from "../../once-for-each.ts";
import {
  beginning,
  type Copying,
  copying,
  type Extended,
  type Extending,
  extending,
  type Glancing,
  glancing,
} from "./programs.ts";

/** What a program extends: so many rows, by so many tokens at most, in so many blocks at most. */
export interface Extent {
  readonly rows: number;
  readonly length: number;
  readonly pages: number;
}

/** The programs over a pool, each made when it is first wanted, and kept from then on. */
export interface PagedDecoding {
  begin(): Promise<Run<readonly [Parameters], Pool>>;
  extend(extent: Extent): Promise<Run<readonly [Parameters, ...Extending], Extended>>;
  /** The same, and tells what a glance at what follows does. */
  glance(
    extent: Extent,
    glance: Glance,
  ): Promise<Run<readonly [Parameters, ...Extending, readonly Draws[]], Glancing>>;
  copy(count: number): Promise<Run<readonly [Parameters, ...Copying], Pool>>;
}

/** The programs of a model, loaded where its parameters lie. */
export function pagedDecodingOf(
  { config, program }: Pick<LoadedModel, "config" | "program">,
  size: PoolSize,
): PagedDecoding {
  const once = onceForEach();
  return {
    begin: () => once(["begin"], () => program(1, (dims) => beginning(config, dims, size))),
    extend: ({ rows, length, pages }) =>
      once(["extend", rows, length, pages], () =>
        program(length, (dims) => extending(config, dims, size, pages), rows),
      ),
    glance: ({ rows, length, pages }, glance) =>
      once(["glance", rows, length, pages, glance], () =>
        program(length, (dims) => glancing(config, dims, size, pages, glance), rows),
      ),
    copy: (count) =>
      once(["copy", count], () => program(1, (dims) => copying(config, dims, size, count))),
  };
}
