/** How many tokens are in a block: few are wasted at a text's end, and enough lie side by side. */
export const blockSize = 16;
