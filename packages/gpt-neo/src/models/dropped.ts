import { dropout, fold, type Key, type Tensor } from "mtf";

/** Dropout at a named place of a model, at a rate. */
export interface Dropped {
  <Names extends string>(x: Tensor<Names>, name: string, rate: number): Tensor<Names>;
  /** What is drawn by there, for what drops as it computes; nothing where none is dropped. */
  readonly by: (name: string, rate: number) => Drawn | undefined;
}

/** What decides which elements are dropped. */
export interface Drawn {
  readonly key: Key;
  readonly rate: number;
}

/** Dropout with a key; without one, nothing. */
export function droppedBy(key: Key | undefined): Dropped {
  return dropping((name, rate) => (key && rate > 0 ? { key: fold(key, name), rate } : undefined));
}

/** The same within a block. */
export function droppedIn({ by }: Dropped, block: string): Dropped {
  return dropping((name, rate) => by(`${block}/${name}`, rate));
}

function dropping(by: Dropped["by"]): Dropped {
  const dropped = <Names extends string>(x: Tensor<Names>, name: string, rate: number) => {
    const drawn = by(name, rate);
    return drawn ? dropout(drawn.key, x, drawn.rate) : x;
  };
  return Object.assign(dropped, { by });
}
