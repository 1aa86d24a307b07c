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
  ts: "Thompson sampling",
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

/** "step 3800" where there is a step, else the name. */
export function checkpointLabel(checkpoint: { readonly name: string; readonly step: number | null }): string {
  return checkpoint.step === null ? checkpoint.name : `step ${checkpoint.step}`;
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
