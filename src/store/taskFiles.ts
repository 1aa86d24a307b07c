/** Which dropped files are a task's, and what they are. Pure. */
import type { PickedFile } from "./folders.ts";

const DATA = /\.(jsonl|csv|parquet|lst|raw|txt|json)$/i;
const PLAIN = /\.(txt|lst)$/i;
const YAML = /\.ya?ml$/i;
const WEIGHTS = /\.(safetensors|bin)$/i;
/** Small files that checkpoints' folders hold beside their weights. */
const CHECKPOINT_JSON =
  /(^|\/)(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|model\.safetensors\.index|pytorch_model\.bin\.index)\.json$/i;

/** Whether a file may belong to a task. */
export function isTaskFile(path: string): boolean {
  return (DATA.test(path) && !CHECKPOINT_JSON.test(path)) || YAML.test(path);
}

/** Whether a file says what a task is. */
export function isHarnessFile(path: string): boolean {
  return YAML.test(path);
}

/**
 * Whether dropped files are a task's rather than checkpoints': no weights, and something that a task has. Plain text is in
 * folders of any kind; only by itself is it meant as a task's.
 */
export function areTaskFiles(files: readonly Pick<PickedFile, "path">[]): boolean {
  const isMeant = ({ path }: Pick<PickedFile, "path">) =>
    isTaskFile(path) && !(PLAIN.test(path) && path.includes("/"));
  return !files.some(({ path }) => WEIGHTS.test(path)) && files.some(isMeant);
}
