import type { Text } from "../text.ts";
import type { Where } from "../where.ts";
import { filesBelow, folderAt, foldersIn, readText, writeBelow } from "./folders.ts";

/** What a training was begun with, which lies in its folder beside what the library writes there. */
export interface About {
  readonly title: string;
  readonly size: string;
  readonly where: Where;
  readonly steps: number;
  readonly baseline: number | undefined;
}

/** A model in the page's private files. */
export interface Kept {
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  /** Whether it has weights by now. */
  readonly speaks: boolean;
  /** Of a training that can go on. */
  readonly about: About | undefined;
}

const aboutFile = "page.json";
const textFile = "page.txt";

/** All models in the page's private files. */
export async function keptModels(): Promise<readonly Kept[]> {
  const kept: Kept[] = [];
  for (const place of ["runs", "models"]) {
    for (const name of await foldersIn(place)) kept.push(await keptIn(`${place}/${name}`, name));
  }
  return kept;
}

async function keptIn(folder: string, name: string): Promise<Kept> {
  const files = await filesBelow(await folderAt(folder));
  const about = await readText(folder, aboutFile);
  return {
    folder,
    name,
    bytes: [...files.values()].reduce((sum, { size }) => sum + size, 0),
    speaks: [...files.keys()].some((path) => /^[^/]+\.(safetensors|bin)$/.test(path)),
    about: about === undefined ? undefined : (JSON.parse(about) as About),
  };
}

/** Writes into a run's folder what it takes to go on with it. */
export async function remember(folder: string, about: About, { text }: Text): Promise<void> {
  const at = await folderAt(folder);
  await writeBelow(at, textFile, text);
  await writeBelow(at, aboutFile, JSON.stringify(about));
}

/** The text that a run was begun with. */
export async function textOfRun(folder: string): Promise<string> {
  const text = await readText(folder, textFile);
  if (text === undefined) throw new Error(`${folder} has lost the text that it was trained on.`);
  return text;
}

/** A folder that is not there yet, named after a text and a size. */
export async function newRun(title: string, size: string): Promise<string> {
  const taken = new Set(await foldersIn("runs"));
  const words = title.toLowerCase().replace(/\.\w+$/, "");
  const base = `${words.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "text"}-${size}`;
  let name = base;
  for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
  return `runs/${name}`;
}
