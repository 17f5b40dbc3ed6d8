/** Fixtures of the architectures beside GPT-Neo, each with what its config may ask for. */
export const family: readonly string[] = [
  ...["gpt2-tiny", "gpt2-tiny-options", "gpt-neox-tiny/parallel", "gpt-neox-tiny/sequential"],
  ...["llama-tiny", "llama-tiny-tied", "gptj-tiny"],
];

/** All architectures with the folders of their weights. */
export const familyFolders: readonly (readonly [name: string, folder: string])[] = [
  ["gpt-neo-tiny", "weights/safetensors/one"],
  ...family.map((name) => [name, `hugging-face/${name}`] as const),
];
