/**
 * Which of many files are checkpoints: what was picked or dropped, sorted into one folder a checkpoint. Paths are the
 * person's own, `run/step1000/model.safetensors`. Pure.
 */

/** A file by its path, or whatever stands for one. */
export type Located = { readonly path: string };

/** A checkpoint's folder: its files by their names inside it. */
export type CheckpointFolder<T> = {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly file: T }[];
};

const WEIGHTS = /\.(safetensors|bin)$/i;
/** What trainers leave beside weights, in the same format. */
const NOT_WEIGHTS = /^(training_args|optimizer|scheduler|rng_state.*|adapter_model)\.(bin|safetensors)$/i;
const SHARD = /-\d{5}-of-\d{5}\.(safetensors|bin)$/i;
const BESIDE =
  /^(config\.json|generation_config\.json|special_tokens_map\.json|added_tokens\.json|vocab\.(json|txt)|merges\.txt|tokenizer.*|.*\.index\.json)$/i;

/** Whether a file of this name says anything about a checkpoint; all others are never looked at. */
export function isCheckpointFile(path: string): boolean {
  const name = baseName(path);
  return isWeights(name) || BESIDE.test(name);
}

/**
 * One folder for each directory that holds weights, with what its parent directories tell of configuration and
 * tokenizer where it has none of its own. Several unsharded weights files in one directory are several checkpoints.
 */
export function sortIntoFolders<T extends Located>(found: readonly T[]): readonly CheckpointFolder<T>[] {
  const files = found.filter(({ path }) => isCheckpointFile(path));
  const directories = [...new Set(files.map(({ path }) => directoryOf(path)))].sort(byNumbers);
  const folders = directories.flatMap((directory) => foldersOf(directory, files));
  return withShortNames(folders);
}

function foldersOf<T extends Located>(
  directory: string,
  files: readonly T[],
): readonly CheckpointFolder<T>[] {
  const here = files.filter(({ path }) => directoryOf(path) === directory);
  const weights = here.filter(({ path }) => isWeights(baseName(path)));
  if (weights.length === 0) return [];
  const beside = besideOf(directory, files);
  const named = (list: readonly T[]) => list.map((file) => ({ path: baseName(file.path), file }));
  const isSharded = here.some(({ path }) => SHARD.test(path) || path.endsWith(".index.json"));
  const formats = new Set(weights.map(({ path }) => extensionOf(path)));
  // One file of each format is one checkpoint in two formats.
  if (isSharded || weights.length === formats.size) {
    const usual = isSharded ? named(weights) : weights.map(asUsual);
    return [{ name: directory, files: [...usual, ...named(beside)] }];
  }
  return weights
    .toSorted((a, b) => byNumbers(a.path, b.path))
    .map((file) => ({
      name: file.path.replace(WEIGHTS, ""),
      files: [asUsual(file), ...named(beside)],
    }));
}

/** Configuration and tokenizer of a directory, and of those above it; the nearest of a name counts. */
function besideOf<T extends Located>(directory: string, files: readonly T[]): readonly T[] {
  const nearest = new Map<string, T>();
  for (let at: string | null = directory; at !== null; at = parentOf(at)) {
    for (const file of files) {
      const name = baseName(file.path);
      const isHere = directoryOf(file.path) === at && !isWeights(name);
      const counts = at === directory || !name.endsWith(".index.json");
      if (isHere && counts && !nearest.has(name)) nearest.set(name, file);
    }
  }
  return [...nearest.values()];
}

/** A lone weights file under the name that readers look for. */
function asUsual<T extends Located>(file: T): { readonly path: string; readonly file: T } {
  const isBin = extensionOf(file.path) === "bin";
  return { path: isBin ? "pytorch_model.bin" : "model.safetensors", file };
}

/** The last part of each path, or as many as tell the folders apart. */
function withShortNames<T>(folders: readonly CheckpointFolder<T>[]): readonly CheckpointFolder<T>[] {
  const depth = Math.max(1, ...folders.map(({ name }) => name.split("/").length));
  for (let parts = 1; parts < depth; parts++) {
    const names = folders.map(({ name }) => lastParts(name, parts));
    if (new Set(names).size === names.length) {
      return folders.map((folder, k) => ({ ...folder, name: names[k] ?? folder.name }));
    }
  }
  return folders.map((folder) => ({ ...folder, name: folder.name === "" ? "dropped files" : folder.name }));
}

function isWeights(name: string): boolean {
  return WEIGHTS.test(name) && !NOT_WEIGHTS.test(name);
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function lastParts(path: string, count: number): string {
  return path.split("/").slice(-count).join("/");
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1).toLowerCase();
}

/** Empty for a file on its own. */
function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function parentOf(directory: string): string | null {
  return directory === "" ? null : directoryOf(directory);
}
