/**
 * What can be said of a checkpoint without loading its weights: the report of `inspect`. Runs everywhere; what a
 * model's tensors should be, and what the checkpoint's place tells of it, are handed in.
 */
import type { CheckpointReport } from "../domain/checkpoint.ts";
import type { ByteSource, FileSet } from "../storage/byteSource.ts";
import type { Checkpoint, CheckpointTensor } from "./open.ts";
import { DTYPES, isWeightDtype, tensorElements } from "./tensor.ts";

/** What the architecture says its files hold. */
export type ExpectedTensors = {
  /** What a person calls the architecture: "GPT-NeoX". */
  readonly architecture: string;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Rows of the embedding. */
  readonly vocabularySize: number;
  /** A buffer is never merged; a tied tensor repeats a parameter; an unknown one should not be there. */
  readonly roleOf: (name: string) => "parameter" | "buffer" | "tied" | "unknown";
};

/** What is known from outside its files. `hashes` gives SHA-256 by file name, where known. */
export type CheckpointFacts = Pick<
  CheckpointReport,
  "name" | "place" | "commit" | "step" | "bytesToFetch" | "skippedBytes"
> & { readonly hashes: ReadonlyMap<string, string> };

/** Larger files are not hashed before they are used: that would read all of them for a look. */
const MAX_HASHED_BYTES = 256_000_000;

/** More warnings than these say nothing more. */
const MAX_WARNINGS = 20;

/** Describes a checkpoint. */
export function inspectCheckpoint(
  checkpoint: Checkpoint,
  expected: ExpectedTensors,
  { hashes, ...facts }: CheckpointFacts,
): CheckpointReport {
  const { tensors } = checkpoint;
  const weights = tensors.filter((tensor) => expected.roleOf(tensor.name) === "parameter");
  return {
    ...facts,
    architecture: expected.architecture,
    parameters: weights.reduce((sum, tensor) => sum + tensorElements(tensor), 0),
    dtype: dtypeNames(weights).join(" and "),
    files: checkpoint.files.map((file) => {
      const sha256 = hashes.get(file.name);
      return sha256 === undefined ? file : { ...file, sha256 };
    }),
    bytes: checkpoint.files.reduce((sum, { bytes }) => sum + bytes, 0),
    tensors: tensors.length,
    skipped: tensors.map(({ name }) => name).filter((name) => expected.roleOf(name) === "buffer"),
    warnings: shorten([
      ...compareTensors(tensors, expected),
      ...compareDtypes(weights),
      ...compareTokenizer(checkpoint.tokenizer, expected.vocabularySize),
    ]),
  };
}

/** SHA-256 by file name: what the place vouches for, and that of files on this machine small enough to be hashed. */
export async function hashFiles(
  checkpoint: Checkpoint,
  files: FileSet,
  hash: ((source: ByteSource, signal: AbortSignal) => Promise<string>) | null,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const { name, bytes } of checkpoint.files) {
    const source = await files.open(name, signal);
    const computed = source === null || hash === null || bytes > MAX_HASHED_BYTES ? null : hash;
    const sha256 = source?.sha256 ?? (source === null ? undefined : await computed?.(source, signal));
    if (sha256 !== undefined) hashes.set(name, sha256);
  }
  return hashes;
}

/** Everything that does not fit the architecture, a sentence each. */
function compareTensors(tensors: readonly CheckpointTensor[], expected: ExpectedTensors): readonly string[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const wrong = expected.parameters.flatMap(({ name, shape }) => {
    const tensor = byName.get(name);
    if (tensor === undefined) return [`Weight "${name}" is missing.`];
    return `${tensor.shape}` === `${shape}`
      ? []
      : [`Weight "${name}" has shape [${tensor.shape}], the configuration needs [${shape}].`];
  });
  const unknown = tensors
    .filter((tensor) => expected.roleOf(tensor.name) === "unknown")
    .map((tensor) => `Tensor "${tensor.name}" is not part of the architecture and will be left out.`);
  return [...wrong, ...unknown];
}

function compareDtypes(weights: readonly CheckpointTensor[]): readonly string[] {
  const unusable = weights.find(({ dtype }) => !isWeightDtype(dtype));
  if (unusable !== undefined) {
    const { name, dtype } = unusable;
    return [
      `Weight "${name}" is stored as ${DTYPES[dtype].name}: weights can be float32, float16 or bfloat16.`,
    ];
  }
  const names = dtypeNames(weights);
  return names.length > 1
    ? [`Weights are stored in ${names.length} number formats: ${names.join(", ")}.`]
    : [];
}

function compareTokenizer(tokenizer: unknown, vocabularySize: number): readonly string[] {
  if (tokenizer === null) return ["There is no tokenizer.json: text cannot be evaluated."];
  const tokens = countTokens(tokenizer);
  return tokens > vocabularySize
    ? [`The tokenizer has ${tokens} tokens, the model only ${vocabularySize}: text cannot be evaluated.`]
    : [];
}

/** One more than the greatest id of a `tokenizer.json`; 0 where no id is told. */
function countTokens(tokenizer: unknown): number {
  const vocabulary = member(member(tokenizer, "model"), "vocab");
  const added = member(tokenizer, "added_tokens");
  const own = Array.isArray(vocabulary)
    ? [vocabulary.length - 1]
    : Object.values(typeof vocabulary === "object" && vocabulary !== null ? vocabulary : {});
  const more = Array.isArray(added) ? added.map((token) => member(token, "id")) : [];
  return [...own, ...more].reduce<number>(
    (most, id) => (typeof id === "number" && id + 1 > most ? id + 1 : most),
    0,
  );
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function dtypeNames(tensors: readonly CheckpointTensor[]): readonly string[] {
  return [...new Set(tensors.map(({ dtype }) => DTYPES[dtype].name))];
}

function shorten(warnings: readonly string[]): readonly string[] {
  if (warnings.length <= MAX_WARNINGS) return warnings;
  return [...warnings.slice(0, MAX_WARNINGS), `And ${warnings.length - MAX_WARNINGS} more.`];
}
