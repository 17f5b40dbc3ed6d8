/** How many ids a request took. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export function usageOf(prompts: readonly (readonly number[])[], made: number): Usage {
  const read = prompts.reduce((sum, ids) => sum + ids.length, 0);
  return { prompt_tokens: read, completion_tokens: made, total_tokens: read + made };
}
