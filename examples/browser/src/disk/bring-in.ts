import { folderAt, writeBelow } from "./folders.ts";

/**
 * Copies a folder that somebody has chosen into the page's private files.
 *
 * @returns where it is now
 * @throws Error if there is no model in it
 */
export async function bringIn(files: readonly File[]): Promise<string> {
  const paths = files.map((file) => file.webkitRelativePath.split("/"));
  const name = paths[0]?.[0] ?? "model";
  const names = new Set(paths.map((path) => path.slice(1).join("/")));
  if (!names.has("config.json")) {
    throw new Error(`${name} is no model's folder: it has no config.json.`);
  }
  const folder = `${names.has("run.json") ? "runs" : "models"}/${name}`;
  const target = await folderAt(folder, true);
  for (const [i, file] of files.entries()) {
    await writeBelow(target, paths[i]!.slice(1).join("/"), file);
  }
  return folder;
}
