/**
 * Numbers in words: as many digits as the standard error supports, units beside them, a true minus sign. Values come
 * in objective units and are shown in the measure's own. Pure.
 */
import { type Measure, turnSign } from "../domain/measure.ts";
import type { Score } from "../domain/study.ts";
import type { AcquisitionName } from "../domain/surrogate.ts";

/** Acquisition functions as people write them. */
export const ACQUISITION_LABELS: Readonly<Record<AcquisitionName, string>> = {
  ei: "EI",
  logei: "LogEI",
  pi: "PI",
  ucb: "UCB",
  nei: "NEI",
  ts: "Thompson sampling",
  random: "random search",
  grid: "even grid",
};

/** An objective value in the unit that is drawn: percent where people read it so, and with the metric's own sign. */
export function toShown(measure: Measure, value: number): number {
  return turnSign(measure, value) * shownScale(measure);
}

/** What a width (deviation, standard error) is multiplied by to be drawn. */
export function shownScale(measure: Measure): number {
  return measure.percent ? 100 : 1;
}

/** "72.1 ± 2.0 %" */
export function formatScore(measure: Measure, score: Pick<Score, "value" | "stderr">): string {
  const stderr = score.stderr === null ? null : score.stderr * shownScale(measure);
  const decimals = decimalsFor(measure, stderr);
  const value = fixed(toShown(measure, score.value), decimals);
  return `${value}${stderr === null ? "" : ` ± ${fixed(stderr, decimals)}`}${measure.percent ? " %" : ""}`;
}

/** A gain in objective units, so that + is always better: "+2.1", "+1.4 ± 0.6"; points or nats, not named here. */
export function formatGain(measure: Measure, gain: number, stderr: number | null): string {
  const error = stderr === null ? null : stderr * shownScale(measure);
  const decimals = decimalsFor(measure, error);
  const text = signed(gain * shownScale(measure), decimals);
  return error === null ? text : `${text} ± ${fixed(error, decimals)}`;
}

/** What a gain counts. */
export function gainUnit(measure: Measure): string {
  return measure.percent ? "points" : "nats";
}

/** Decimals that a standard error in shown units supports: its first digit, or two where that is a 1. */
export function decimalsFor(measure: Measure, stderr: number | null): number {
  if (stderr === null || !(stderr > 0)) return measure.percent ? 1 : 3;
  const exponent = Math.floor(Math.log10(stderr));
  const leading = Math.floor(stderr / 10 ** exponent);
  return Math.min(5, Math.max(measure.percent ? 1 : 2, (leading === 1 ? 1 : 0) - exponent));
}

/** "0.87" */
export function formatLambda(lambda: number, decimals = 2): string {
  return lambda.toFixed(decimals);
}

/** "p = 0.02", "p = 0.35", "p < 0.001", with spaces that do not break. */
export function formatP(p: number): string {
  if (p < 0.001) return "p\u00a0<\u00a00.001";
  return `p\u00a0=\u00a0${p.toFixed(p < 0.01 ? 3 : 2)}`;
}

/** "0.4 s", "12 s", "2 min 5 s" */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** "step 3800" where there is a step, else the name's own end: a revision, a folder. */
export function checkpointLabel(checkpoint: { readonly name: string; readonly step: number | null }): string {
  return checkpoint.step === null ? shortName(checkpoint.name) : `step ${checkpoint.step}`;
}

/** "3800", "143k", "139.5k" where there is little room; never rounded, so that no two steps look alike. */
export function shortLabel({ name, step }: { readonly name: string; readonly step: number | null }): string {
  if (step === null) return shortName(name);
  return step >= 10_000 && step % 100 === 0 ? `${step / 1000}k` : String(step);
}

/** A label for each name of a run, no two alike: whole names where steps do not tell two apart. */
export function checkpointLabels(
  checkpoints: readonly { readonly name: string; readonly step: number | null }[],
): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const label of checkpoints.map(checkpointLabel)) count.set(label, (count.get(label) ?? 0) + 1);
  return new Map(
    checkpoints.map((checkpoint) => {
      const label = checkpointLabel(checkpoint);
      return [checkpoint.name, count.get(label) === 1 ? label : placelessName(checkpoint.name)];
    }),
  );
}

/** The end of a checkpoint's name: "step1000" of "hf:EleutherAI/pythia-70m@step1000". */
export function shortName(name: string): string {
  return placelessName(name).replace(/^.*@/, "");
}

/** A checkpoint's name without the mark of its place: "EleutherAI/pythia-70m@step1000". */
export function placelessName(name: string): string {
  return name.replace(/^(hf|disk|demo):/, "");
}

/** "0 MB", "2.1 MB", "281 MB", "1.42 GB": three digits, decimal units as the hub writes them. */
export function formatBytes(bytes: number): string {
  if (bytes >= 999.5e6) return `${threeDigits(bytes / 1e9)} GB`;
  if (bytes >= 999.5e3 || bytes === 0) return `${threeDigits(bytes / 1e6)} MB`;
  return `${threeDigits(bytes / 1e3)} kB`;
}

/** "70.4 M", "1.01 B": a count of parameters. */
export function formatParameters(count: number): string {
  if (count >= 999.5e6) return `${threeDigits(count / 1e9)} B`;
  return count >= 999.5e3 ? `${threeDigits(count / 1e6)} M` : count.toLocaleString("en");
}

function threeDigits(value: number): string {
  if (value === 0) return "0";
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(value)));
  return value.toFixed(Math.min(2, decimals));
}

/** A fixed number of decimals with a true minus sign, and no minus before zero. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals);
  if (Number(text) === 0) return `±${text}`;
  return text.startsWith("−") ? text : `+${text}`;
}

/** A number of no unit to three digits: "0.159", "−4.41", "1.0e-6". */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size !== 0 && (size < 1e-3 || size >= 1e5) ? size.toExponential(1) : size.toPrecision(3);
  return `${value < 0 ? "−" : ""}${digits}`;
}
