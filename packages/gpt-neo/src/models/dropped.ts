import { dropout, fold, type Key, type Tensor } from "mtf";

/** Dropout at a named place of a model, at a rate. */
export type Dropped = <Names extends string>(
  x: Tensor<Names>,
  name: string,
  rate: number,
) => Tensor<Names>;

/** Dropout with a key; without one, nothing. */
export function droppedBy(key: Key | undefined): Dropped {
  return (x, name, rate) => (key && rate > 0 ? dropout(fold(key, name), x, rate) : x);
}

/** The same within a block. */
export function droppedIn(dropped: Dropped, block: string): Dropped {
  return (x, name, rate) => dropped(x, `${block}/${name}`, rate);
}
