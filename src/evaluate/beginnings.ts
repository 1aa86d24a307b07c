/**
 * Which items begin alike, so that the model need read that beginning only once: the worked examples before every
 * question of a subject. Pure.
 */
import { type Bundle, commonBeginning } from "./requestTree.ts";

/** A beginning that several bundles share. */
export type Beginning = {
  readonly tokens: readonly number[];
  /** Indices of the bundles. */
  readonly members: readonly number[];
};

/** Shorter beginnings are not worth a run of their own. */
const LEAST_LENGTH = 32;
/** Tokens that a beginning must spare in all. */
const LEAST_SPARED = 256;

type Start = { readonly bundle: number; readonly tokens: readonly number[]; readonly length: number };

/**
 * Beginnings no two of which share a bundle. What a request scores never lies inside its beginning, so the keys and
 * values of the beginning are all that is needed of it.
 */
export function findBeginnings(bundles: readonly Bundle[]): readonly Beginning[] {
  const starts = bundles.map((bundle, index): Start => {
    const firstScored = bundle.reduce((least, { firstTarget }) => Math.min(least, firstTarget - 1), Infinity);
    const tokens = bundle[0]?.tokens ?? [];
    const length = bundle.length === 0 ? 0 : Math.min(commonBeginning(bundle), firstScored);
    return { bundle: index, tokens, length };
  });
  const sorted = starts.filter(({ length }) => length >= LEAST_LENGTH).sort(compareStarts);
  const found: Beginning[] = [];
  let run: Start[] = [];
  let length = 0;
  const close = (): void => {
    if ((run.length - 1) * length >= LEAST_SPARED)
      found.push({
        tokens: run[0]!.tokens.slice(0, length),
        members: run.map(({ bundle }) => bundle).sort((a, b) => a - b),
      });
  };
  for (const start of sorted) {
    const last = run.at(-1);
    const alike = last === undefined ? 0 : Math.min(commonLength(last, start), length);
    // A subject's examples are not given up for the few words that all subjects begin with.
    if (alike >= LEAST_LENGTH && run.length * alike >= (run.length - 1) * length) {
      run.push(start);
      length = alike;
    } else {
      close();
      run = [start];
      length = start.length;
    }
  }
  close();
  return found;
}

function commonLength(a: Start, b: Start): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) if (a.tokens[i] !== b.tokens[i]) return i;
  return end;
}

function compareStarts(a: Start, b: Start): number {
  const same = commonLength(a, b);
  if (same === Math.min(a.length, b.length)) return a.length - b.length;
  return a.tokens[same]! - b.tokens[same]!;
}
