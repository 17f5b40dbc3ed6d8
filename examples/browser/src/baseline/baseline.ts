/** The loss of predicting a text by counting, in nats a byte: the thing to beat. */
export function baselineOf(text: string): Promise<number> {
  const worker = new Worker(new URL("./count.worker.ts", import.meta.url), { type: "module" });
  return new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(text);
  }).finally(() => worker.terminate());
}
