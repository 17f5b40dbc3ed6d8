import { filesBelow, folderAt, writeBelow } from "./folders.ts";

/** Not every browser has it, nor does every declaration. */
interface Picker {
  showDirectoryPicker?(options: { readonly mode: "readwrite" }): Promise<FileSystemDirectoryHandle>;
}

/**
 * Gives a model to whoever uses the page: as a folder where the browser can write one, else its files
 * as downloads. Both are what Hugging Face's `from_pretrained` reads; a folder has the checkpoints, too.
 */
export async function takeOut(path: string): Promise<void> {
  const files = await filesBelow(await folderAt(path));
  const { showDirectoryPicker } = globalThis as Picker;
  if (showDirectoryPicker) {
    const chosen = await showDirectoryPicker({ mode: "readwrite" });
    const target = await chosen.getDirectoryHandle(path.split("/").at(-1)!, { create: true });
    for (const [name, file] of files) await writeBelow(target, name, file);
    return;
  }
  for (const [name, file] of files) if (isOfModel(name)) download(name, file);
}

function isOfModel(name: string): boolean {
  return /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|vocab)\.json$|^merges\.txt$|^[^/]+\.safetensors$/.test(
    name,
  );
}

function download(name: string, file: File): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
