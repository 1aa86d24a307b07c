/** What is said of checkpoints before and while they come here. Pure. */
import type { Progress } from "../base/job.ts";
import type { CheckpointReport, Inspection, Stored } from "../domain/checkpoint.ts";
import { formatBytes, formatDuration, placelessName, shortName } from "./format.ts";

/** "112 of 281 MB · 23 MB/s · 7 s left" */
export function byteWords({ done, total, remainingMs }: Progress): string {
  const counted = `${formatBytes(done)} of ${formatBytes(total)}`;
  if (remainingMs === null || remainingMs <= 0 || done >= total) return counted;
  // What is left over the time left: the rate of this attempt, whatever came with an earlier one.
  const rate = (total - done) / (remainingMs / 1000);
  return `${counted} · ${formatBytes(rate)}/s · ${formatDuration(remainingMs)} left`;
}

/** A warning for each group of checkpoints with the same weights: two names, no merge between them. */
export function identicalWords({ checkpoints, identical }: Inspection): readonly string[] {
  return identical.flatMap(([i, j]) => {
    const [one, other] = [checkpoints[i], checkpoints[j]];
    if (one === undefined || other === undefined) return [];
    const [a, b] = tellApart(one.name, other.name);
    return [`${a} and ${b} are byte-identical: the same weights under two names.`];
  });
}

/** What a checkpoint warns of, with its name where it stands among others. */
export function warningWords({ checkpoints }: Inspection): readonly string[] {
  return checkpoints.flatMap(({ name, warnings }) => warnings.map((text) => `${shortName(name)}: ${text}`));
}

/** What is not fetched, and why nothing is lost by it. */
export function skippedMeaning({ skipped, skippedBytes }: CheckpointReport): string {
  const share = `${skipped.length} ${skipped.length === 1 ? "buffer" : "buffers"}, ${formatBytes(skippedBytes)}`;
  const example = skipped[0] === undefined ? "" : ` (${skipped[0]}${skipped.length > 1 ? ", …" : ""})`;
  return `${share}${example}: causal masks and rotary tables follow from the configuration. They are computed, never fetched, and never merged.`;
}

/** What the button says that begins: with the bytes that it will move. */
export function exploreWords(bytes: number, isContinued: boolean): string {
  if (bytes === 0) return "explore";
  return isContinued
    ? `continue: fetch ${formatBytes(bytes)} and explore`
    : `fetch ${formatBytes(bytes)} and explore`;
}

/** "1.41 of 10.7 GB used in this browser's own storage, which it may clear when space is short." */
export function keptWords({ usedBytes, quotaBytes, persistent, place }: Stored): string {
  if (quotaBytes === 0) return `Kept ${place}.`;
  const used =
    quotaBytes === null ? formatBytes(usedBytes) : `${formatBytes(usedBytes)} of ${formatBytes(quotaBytes)}`;
  const kept = persistent ? "kept until you let it go" : "the browser may clear it when space is short";
  return `${used} used in ${place}; ${kept}.`;
}

/** "EleutherAI/pythia-70m", or both names of a mixed choice; "folders of this machine". */
export function choiceTitle(checkpoints: readonly string[]): string {
  const places = [
    ...new Set(
      checkpoints.map((name) =>
        name.startsWith("hf:") ? placelessName(name).replace(/@.*$/, "") : "folders of this machine",
      ),
    ),
  ];
  return places.join(" and ");
}

/** Two names as short as they can be while they differ. */
function tellApart(one: string, other: string): readonly [string, string] {
  const [a, b] = [shortName(one), shortName(other)];
  return a === b ? [placelessName(one), placelessName(other)] : [a, b];
}
