import type { Documents } from "../../data/index.ts";

/** Documents that a program has or makes, in place of files. */
export interface GivenDocuments {
  readonly documents: Documents;
}

/** What a run reads: files, as they are written down, or documents. */
export type RunData<Files> =
  | { readonly kind: "files"; readonly files: Files }
  | ({ readonly kind: "documents" } & GivenDocuments);

/** Whether data are documents, which no folder can say again. */
export function areDocuments(data: unknown): data is GivenDocuments {
  return typeof data === "object" && data !== null && "documents" in data;
}

/** The documents that are given, or else the files of the config, if there are any. */
export function runDataOf<Files extends object>(
  given: unknown,
  files: Files | null,
): RunData<Files> | null {
  if (areDocuments(given)) return { kind: "documents", documents: given.documents };
  return files && { kind: "files", files };
}
