/** Whether a tensor may stand for another one: of two that share their numbers, files may hold one. */
export function isTied(name: string): boolean {
  return /(^|\.)(lm_head|wte|embed_in|embed_out|embed_tokens)\.weight$/.test(name);
}
