/** Whether a dropped file is a table of scores rather than a task's rows or a checkpoint's. Pure. */

const TABLE = /\.(csv|tsv|json|jsonl|log|txt)$/i;
/** As much as is looked into. */
export const LOOKED_BYTES = 4096;

/** By the name, and by how the file begins: a head of weights, scores in JSON, or Optuna's journal. */
export function looksLikeScores(name: string, beginning: string): boolean {
  if (!TABLE.test(name)) return false;
  const text = beginning.replace(/^\uFEFF/, "").replace(/^(\s*#.*\n)+/, "");
  const [head = ""] = text.split("\n");
  if (/^\s*\{\s*"op_code"/.test(text)) return true;
  if (/^\s*[[{]/.test(text)) return /"(lambda|weights)"\s*:/.test(text) && /"value"\s*:/.test(text);
  const columns = head.split(/[,\t]/).map((title) => title.trim().replaceAll('"', "").toLowerCase());
  const hasWeights = columns.some((title) => /^(params_)?(lambda|w1)$/.test(title));
  return hasWeights && columns.some((title) => title === "value" || title === "values_0");
}
