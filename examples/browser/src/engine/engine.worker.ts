import type { FromEngine, ToEngine } from "./messages.ts";
import { say } from "./say.ts";
import { trainIn } from "./train.ts";

// Where the library works: planning, tokenizing and waiting for devices leave the page to whoever reads
// it. The devices are workers of this one.

const tell = (message: FromEngine): void => postMessage(message);
let paused = false;
let speaking: AbortController | undefined;

globalThis.onmessage = ({ data }: MessageEvent<ToEngine>) => {
  answer(data).catch((error: unknown) => {
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  });
};

async function answer(asked: ToEngine): Promise<void> {
  switch (asked.kind) {
    case "train":
      paused = false;
      return trainIn(asked.asked, () => paused, tell);
    case "pause":
      paused = true;
      return;
    case "say":
      speaking = new AbortController();
      return say(asked.asked, speaking.signal, tell);
    case "hush":
      speaking?.abort();
  }
}
