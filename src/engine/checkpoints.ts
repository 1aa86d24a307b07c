/**
 * Checkpoints by name, opened once, and the token settings that go with them. Runs everywhere; reads no weights.
 */
import { sha256Hex } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint/open.ts";
import { tensorBytes } from "../checkpoint/tensor.ts";
import type { TokenSettings } from "../evaluate/requests.ts";
import { checkAgreement } from "../merge/agreement.ts";
import { type ModelConfig, parseModelConfig } from "../model/config.ts";
import { createRoleOf } from "../model/parameterTable.ts";
import { createTokenizer } from "../model/tokenizer.ts";
import type { Located } from "./places.ts";

/** An opened checkpoint and what its small files say. */
export type OpenedCheckpoint = {
  readonly name: string;
  readonly located: Located;
  readonly checkpoint: Checkpoint;
  readonly config: ModelConfig;
  /** Equal for checkpoints that can be merged: the configuration, but for the tokens that begin and end a text. */
  readonly configKey: string;
  /** SHA-256 of the tokenizer; `null` where there is none. */
  readonly tokenizerKey: string | null;
  /** Bytes of its weights files. */
  readonly bytes: number;
  /** Bytes of its weights alone, as they lie in the files: what keeping it on a device takes. */
  readonly weightBytes: number;
};

/** What turns text into this model's tokens. `key` is equal for equal settings. */
export type TokenKit = TokenSettings & { readonly key: string; readonly endTokens: readonly number[] };

/** Finds the files behind a checkpoint's name. @throws AppError `not-found`. */
export type Locate = (name: string, signal: AbortSignal) => Promise<Located>;

/** Opened checkpoints by name. */
export interface CheckpointShelf {
  /** @throws AppError as `openCheckpoint` and `parseModelConfig`. */
  open(name: string, signal: AbortSignal): Promise<OpenedCheckpoint>;
  /** Several that are to be merged. @throws AppError also `mismatch`, `usage` for none or one named twice. */
  openParents(names: readonly string[], signal: AbortSignal): Promise<readonly OpenedCheckpoint[]>;
  /** Forgets opened checkpoints, so that the next use looks again. */
  forget(matches: (opened: OpenedCheckpoint) => boolean): void;
  /** The tokenizer of a checkpoint. @throws AppError `not-found`, `bad-format`, `unsupported`, `mismatch`. */
  tokenKit(opened: OpenedCheckpoint): TokenKit;
}

/** An empty shelf. */
export function createCheckpointShelf(locate: Locate): CheckpointShelf {
  const opened = new Map<string, OpenedCheckpoint>();
  const kits = new Map<string, TokenKit>();
  const agreeing = new Set<string>();
  const open: CheckpointShelf["open"] = async (name, signal) => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const fresh = await openNamed(name, await locate(name, signal), signal);
    opened.set(name, fresh);
    return fresh;
  };
  /** Once a pair: every merge asks, and vocabularies are long. */
  const agree = (older: OpenedCheckpoint, newer: OpenedCheckpoint): void => {
    const key = JSON.stringify([older.name, newer.name]);
    if (agreeing.has(key)) return;
    checkAgreement(candidate(older), candidate(newer));
    agreeing.add(key);
  };
  return {
    open,
    async openParents(names, signal) {
      const twice = names.find((name, i) => names.indexOf(name) !== i);
      if (twice !== undefined)
        throw new AppError("usage", `The checkpoint ${twice} is named twice.`, {
          advice: "Name each one once.",
        });
      const parents: OpenedCheckpoint[] = [];
      for (const name of names) parents.push(await open(name, signal));
      const first = parents[0];
      if (first === undefined) throw new AppError("usage", "No checkpoint is named.");
      for (const other of parents.slice(1)) agree(first, other);
      return parents;
    },
    forget(matches) {
      for (const [name, one] of opened) if (matches(one)) opened.delete(name);
    },
    tokenKit(checkpoint) {
      const key = `${JSON.stringify(checkpoint.config)} ${checkpoint.tokenizerKey}`;
      const kit = kits.get(key) ?? { ...makeTokenKit(checkpoint), key };
      kits.set(key, kit);
      return kit;
    },
  };
}

async function openNamed(name: string, located: Located, signal: AbortSignal): Promise<OpenedCheckpoint> {
  const checkpoint = await openCheckpoint(located.files, signal, parseModelConfig);
  const config = parseModelConfig(checkpoint.config);
  const tokenizer =
    checkpoint.tokenizer === null ? null : new TextEncoder().encode(JSON.stringify(checkpoint.tokenizer));
  const roleOf = createRoleOf(config);
  const weights = checkpoint.tensors.filter((tensor) => roleOf(tensor.name) === "parameter");
  return {
    name,
    located,
    checkpoint,
    config,
    configKey: JSON.stringify({ ...config, bosToken: null, eosTokens: [] }),
    tokenizerKey: tokenizer === null ? null : await sha256Hex(tokenizer),
    bytes: checkpoint.files.reduce((sum, file) => sum + file.bytes, 0),
    weightBytes: weights.reduce((sum, tensor) => sum + tensorBytes(tensor), 0),
  };
}

function candidate({ name, config, checkpoint }: OpenedCheckpoint) {
  return { name, model: config, tokenizer: checkpoint.tokenizer };
}

function makeTokenKit({ name, checkpoint, config }: OpenedCheckpoint): Omit<TokenKit, "key"> {
  if (checkpoint.tokenizer === null)
    throw new AppError("not-found", `${name} has no tokenizer.json, so text cannot be evaluated.`, {
      advice: "Put the model's tokenizer.json beside its weights, or name it.",
    });
  const codec = createTokenizer(checkpoint.tokenizer, checkpoint.tokenizerConfig);
  if (codec.vocabularySize > config.vocabularySize)
    throw new AppError(
      "mismatch",
      `The tokenizer of ${name} has ${codec.vocabularySize} tokens, its model only ${config.vocabularySize}.`,
      { advice: "Use the tokenizer.json that was saved with the checkpoint." },
    );
  const endTokens = [...new Set([...config.eosTokens, ...(codec.eosToken === null ? [] : [codec.eosToken])])];
  const prefixToken = config.bosToken ?? endTokens[0];
  if (prefixToken === undefined)
    throw new AppError("unsupported", `${name} names no token that begins or ends a text.`, {
      advice: "Give bos_token_id or eos_token_id in its config.json.",
    });
  return { codec, prefixToken, maxLength: config.maxPositions, endTokens };
}
