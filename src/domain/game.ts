/**
 * Beat the GP: a person picks λ on a hidden curve against a search with the same budget and the same given parents. A
 * game is its seed, its rules and the picks, so that a link holds it whole. Pure.
 */
import { ACQUISITION_CHOICES, type AcquisitionChoice } from "./surrogate.ts";

/** A game under way or over. */
export type Game = {
  /** The opponent's seed. */
  readonly seed: number;
  /** Picks each side has. */
  readonly budget: number;
  readonly opponent: AcquisitionChoice;
  /** The person's λ, in order; two decimals. */
  readonly picks: readonly number[];
};

/** The most picks a game may have. */
export const MOST_PICKS = 20;

/** A game with one pick more; the same where it is over or the λ is none. */
export function withPick(game: Game, lambda: number): Game {
  if (isOver(game) || !(lambda >= 0 && lambda <= 1)) return game;
  return { ...game, picks: [...game.picks, Math.round(lambda * 100) / 100] };
}

/** Whether all picks are made. */
export function isOver({ picks, budget }: Game): boolean {
  return picks.length >= budget;
}

/** "8.3.ucb:0.5,0.62": budget, seed, opponent and the picks. */
export function formatGame({ seed, budget, opponent, picks }: Game): string {
  return `${budget}.${seed}.${opponent}${picks.length === 0 ? "" : `:${picks.join(",")}`}`;
}

/** The game of a link; `null` for anything that is none. */
export function parseGame(text: string): Game | null {
  const match = /^(\d{1,2})\.(\d{1,9})\.([a-z]+)(?::([\d.,]{1,200}))?$/.exec(text);
  if (match === null) return null;
  const [, budget, seed, name, list] = match;
  const opponent = ACQUISITION_CHOICES.find((choice) => choice === name);
  const picks =
    list === undefined ? [] : list.split(",").map((part) => (part === "" ? Number.NaN : Number(part)));
  const game = { seed: Number(seed), budget: Number(budget), opponent: opponent ?? "ei", picks };
  const isValid =
    opponent !== undefined &&
    game.budget >= 1 &&
    game.budget <= MOST_PICKS &&
    picks.length <= game.budget &&
    picks.every((pick) => pick >= 0 && pick <= 1);
  return isValid ? game : null;
}
