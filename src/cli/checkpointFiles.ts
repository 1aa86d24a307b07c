/**
 * The checkpoint behind a path: a folder as it stands, or one weights file with its configuration and tokenizer beside
 * it or named by the person, shown to the engine as a folder. Node only.
 */
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError } from "../base/errors.ts";
import type { ByteSource, FileSet } from "../storage/byteSource.ts";
import { createNodeFileSet, openNodeFile } from "../storage/node/nodeFile.ts";
import type { CommonOptions } from "./command.ts";

/** The files at this path, or `null` when nothing is there. @throws AppError `usage`, `not-found`, `read-failed`. */
export async function openCheckpointPath(
  path: string,
  named: Pick<CommonOptions, "config" | "tokenizer">,
): Promise<FileSet | null> {
  const entry = await stat(path).catch(() => null);
  if (entry === null) return null;
  if (entry.isDirectory()) return createNodeFileSet(path);
  const asFile = /\.safetensors$/.test(path) ? "model.safetensors" : "pytorch_model.bin";
  if (!/\.(safetensors|bin)$/.test(path)) {
    throw new AppError("usage", `${path} is neither a folder nor a .safetensors or .bin file.`, {
      advice: "Name a checkpoint's folder, or its weights file with --config and --tokenizer.",
    });
  }
  const beside = createNodeFileSet(dirname(path));
  return {
    name: path,
    async open(file, signal) {
      if (file === asFile) return openNodeFile(path);
      if (file === "config.json") return openConfig(path, beside, named.config);
      if (file === "tokenizer.json" && named.tokenizer !== undefined) return openNamed(named.tokenizer);
      // The folder's other weights are not this checkpoint's.
      return /\.(safetensors|bin|index\.json)$/.test(basename(file)) ? null : beside.open(file, signal);
    },
  };
}

async function openConfig(weights: string, beside: FileSet, named: string | undefined): Promise<ByteSource> {
  const source = named === undefined ? await beside.open("config.json") : await openNamed(named);
  if (source !== null) return source;
  throw new AppError("not-found", `There is no config.json beside ${weights}.`, {
    advice: "Name it by --config, and the tokenizer.json that goes with it by --tokenizer.",
  });
}

async function openNamed(path: string): Promise<ByteSource> {
  const source = await openNodeFile(path);
  if (source !== null) return source;
  throw new AppError("not-found", `There is no file ${path}.`, { advice: "Check --config and --tokenizer." });
}
