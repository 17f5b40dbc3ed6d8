import type { TextGenerationPipeline } from "../pipeline/pipeline.ts";
import { roomBehind } from "./room.ts";

/** How the line that completes a prompt is made. */
export interface CompleteSettings {
  /** New ids at most. Default 64. The line ends earlier where the model sees no more. */
  readonly maxNewTokens?: number | undefined;
  /** Ends it by its reason, which is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The line that a prompt is completed with: the likeliest ids up to a line break.
 *
 * @throws MtfError `bad-argument` for a prompt that the model does not see whole; the signal's reason
 */
export async function complete(
  pipe: TextGenerationPipeline,
  prompt: string,
  { maxNewTokens = 64, signal }: CompleteSettings,
): Promise<string> {
  const [made] = await pipe(prompt, {
    doSample: false,
    numBeams: 1,
    numReturnSequences: 1,
    maxNewTokens: Math.min(maxNewTokens, roomBehind(pipe.model, prompt)),
    stopStrings: ["\n"],
    returnFullText: false,
    signal,
  });
  return made!.generated_text.trim();
}
