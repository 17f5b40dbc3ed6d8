import { coresOfMachine } from "mtf/workers";
import { type Crew, openCrew } from "../../chunked-text/index.ts";
import {
  type DataOptions,
  type FillProgress,
  isStream,
  mixedSamples,
  mixedStream,
  openEach,
  type Source,
  type Vocabulary,
} from "../../data/index.ts";
import { askedByConfig } from "./asked-by-config.ts";
import type { Contents } from "./changed-content.ts";
import type { GivenDocuments, RunData } from "./given.ts";
import { type Opened, type OpenOptions, openDocuments, openSources } from "./open-sources.ts";
import { type OpenedData, takingFrom } from "./opened-data.ts";
import type { DataOrder } from "./order.ts";
import { dividedPart, type Part, wholePart } from "./part.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface TrainingDataOptions
  extends Omit<DataOptions, "onProgress">,
    Omit<OpenOptions, "crew" | "onReady" | "onGrowing"> {
  readonly order: DataOrder;
  /** Threads that tokenize while steps are taken; by default one for each core but one. */
  readonly threads?: number | undefined;
  /** Whether it is the config that names the data to validate with. */
  readonly validatesAsConfig?: boolean | undefined;
  /** Told while steps wait for text: the chunks that are ready by now. */
  readonly onAwaiting?: ((chunks: number) => void) | undefined;
}

/**
 * Opens what a run trains on and validates with: data of their own, or else parts that are held back.
 * What has to be read before the first sample does not grow with files of ids, nor with text in the
 * third order.
 *
 * @throws MtfError `bad-argument` if there are too few ids for a sample, or none to validate with; as
 * `openSources`
 * @example
 * const files = [{ files: ["ids.bin"], weight: 1 }];
 * await openTrainingData({ kind: "files", files }, null, { tokenizer, size: 257 }, options);
 */
export async function openTrainingData(
  given: RunData<readonly Source[]>,
  toValidate: RunData<readonly string[]> | null,
  vocabulary: Vocabulary,
  options: TrainingDataOptions,
): Promise<OpenedData> {
  const { order, threads = Math.max(1, coresOfMachine() - 1), onAwaiting, signal } = options;
  let crew: Crew | undefined;
  /** Chunks that were ready while steps waited; undefined while they do not wait. */
  let awaited: number | undefined;
  const opening: OpenOptions = {
    ...options,
    onReady: () => {
      if (awaited !== undefined) onAwaiting?.(++awaited);
    },
    ...(order >= 3 && {
      crew: (start, tokenizer) => {
        crew ??= openCrew(threads, start, tokenizer);
        return crew;
      },
    }),
  };
  const onGrowing = (read: FillProgress): void => {
    if (awaited !== undefined) options.onTokenize?.(read);
  };
  const open = async (
    from: RunData<readonly string[]>,
    how: OpenOptions = opening,
  ): Promise<Opened> =>
    from.kind === "files"
      ? openSources(from.files, vocabulary, how)
      : openDocuments(from.documents, vocabulary, how);
  const toTrain = order >= 4 ? { ...opening, onGrowing } : opening;
  const parts: Part[] = [];
  const contents: { -readonly [Key in keyof Contents]: Contents[Key] } = {};
  const close = async (): Promise<void> => {
    // At once: what the crew is at for a text ends only with both.
    await Promise.all([...parts.map((part) => part.close()), crew?.close()]);
  };
  try {
    const openHeld = async (from: RunData<readonly string[]>): Promise<Part> => {
      const opened = await open(from);
      contents.validation_data = opened.content;
      return wholePart(opened, namesOf(from), options);
    };
    const own =
      toValidate &&
      (await openHeld(toValidate).catch((error: unknown) => {
        throw options.validatesAsConfig ? askedByConfig(error) : error;
      }));
    if (own) parts.push(own);
    const cut = { ...options, validation: own ? 0 : options.validation };
    const openDocumentsOf = async (from: GivenDocuments): Promise<readonly Part[]> => {
      const opened = await open({ kind: "documents", ...from });
      contents.data = opened.content;
      return [await dividedPart(opened, cut)];
    };
    const trained =
      given.kind === "documents"
        ? await openDocumentsOf(given)
        : await openEach(given.files, async ({ files }, named) =>
            dividedPart(await open({ kind: "files", files }, toTrain), { ...cut, named }),
          );
    parts.push(...trained);
    const weights = given.kind === "files" ? given.files.map(({ weight }) => weight) : [1];
    const { take, prepare } = takingFrom(mixed(trained, weights));
    const held = own ? [own] : trained;
    const validations = held.flatMap(({ held }) => held ?? []);
    const waiting = async <T>(ready: Promise<T>): Promise<T> => {
      awaited = 0;
      try {
        return await unlessAborted(ready, signal);
      } finally {
        awaited = undefined;
      }
    };
    return {
      take: (...at) => waiting(take(...at)),
      prepare: (...at) => waiting(prepare(...at)),
      validation:
        validations.length === 0
          ? undefined
          : async () => {
              const sets = await Promise.all(validations.map((load) => load()));
              return sets.length === 1 ? sets[0]! : mixedSamples(sets);
            },
      contents,
      counts: { ...summed(trained, "data"), ...(own && summed([own], "validation")) },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function mixed(parts: readonly Part[], weights: readonly number[]): Part["train"] {
  const trained = parts.map(({ train }) => train);
  if (trained.length === 1) return trained[0]!;
  const sets = trained.flatMap((samples) => (isStream(samples) ? [] : [samples]));
  return sets.length === trained.length
    ? mixedSamples(sets, weights)
    : mixedStream(trained, weights);
}

/** How much there is: ids where they are known, and bytes of text. */
function summed(parts: readonly Part[], name: "data" | "validation"): Record<string, number> {
  const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
  const [tokens, bytes] = [
    sum(parts.map((part) => part.tokens)),
    sum(parts.map((part) => part.bytes)),
  ];
  return {
    ...((tokens > 0 || bytes === 0) && { [`${name}_tokens`]: tokens }),
    ...(bytes > 0 && { [`${name}_bytes`]: bytes }),
  };
}

function namesOf(from: RunData<readonly string[]>): readonly string[] {
  return from.kind === "files" ? from.files : [];
}
