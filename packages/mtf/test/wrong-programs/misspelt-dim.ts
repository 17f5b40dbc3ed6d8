import { defineDims, placeholder } from "mtf";

const { batch, embed } = defineDims({ batch: 8, embd: 32 });
placeholder([batch, embed]);
