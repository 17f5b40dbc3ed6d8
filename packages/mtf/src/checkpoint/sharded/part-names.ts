const part = /^device-\d+(?:\.(\d+))?\.safetensors$/;

/** Whether a file of this name holds parts of a checkpoint. */
export function isPart(name: string): boolean {
  return part.test(name);
}

/**
 * Names for the files of devices that no file of a folder has: `device-0.safetensors`, or
 * `device-0.1.safetensors` beside those of an earlier checkpoint.
 */
export function freeNames(taken: readonly string[]): (device: number) => string {
  const numbers = new Set(taken.filter(isPart).map((name) => Number(part.exec(name)![1] ?? 0)));
  let free = 0;
  while (numbers.has(free)) free++;
  return (device) => `device-${device}${free === 0 ? "" : `.${free}`}.safetensors`;
}
