/** The settings a search has before anybody changes them, the same for the page and the command line. */
import type { SearchSettings } from "./surrogate.ts";

/** The papers' search for k parents: λ ∈ [0.5, 1], GP-Hedge over EI and UCB (P1 §3). */
export function defaultSearchSettings(parents: number): SearchSettings {
  return {
    parents,
    alpha: 0.5,
    kernel: "matern52",
    noise: "fitted",
    estimate: "likelihood",
    fixed: {},
    acquisition: "hedge",
    pool: ["ei", "ucb"],
    beta: 2,
    eta: null,
    trials: 12,
    initialTrials: parents + 2,
    incumbent: "posterior",
    seed: 0,
    gridPoints: 201,
  };
}
