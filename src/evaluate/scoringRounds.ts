/**
 * What is scored in which round: the bundles of its rows, those with a common beginning together. Pure; a plan is made
 * once a task and used for every merge.
 */
import { type Beginning, findBeginnings } from "./beginnings.ts";
import { type PackingPlan, type PackingSettings, planPacking } from "./packing.ts";
import type { Bundle } from "./requestTree.ts";

/** Rows that are scored together, after a beginning that all share or after none. */
export type ScoringStep = {
  /** Index among the beginnings; `null` for none. */
  readonly beginning: number | null;
  /** Rows, in the order of the plan's bundles. */
  readonly rows: readonly number[];
  readonly plan: PackingPlan;
};

/** How bundles are scored, whichever of them are wanted. */
export interface ScoringPlanner {
  readonly beginnings: readonly Beginning[];
  /** How many requests a row has. */
  requests(row: number): number;
  /** The steps of these rows. */
  plan(rows: readonly number[]): readonly ScoringStep[];
}

/** A planner of these bundles, one a row. */
export function createScoringPlanner(bundles: readonly Bundle[], settings: PackingSettings): ScoringPlanner {
  const beginnings = settings.share ? findBeginnings(bundles) : [];
  const ofRow = new Map(beginnings.flatMap(({ members }, b) => members.map((row) => [row, b] as const)));
  return {
    beginnings,
    requests: (row) => bundles[row]!.length,
    plan(rows) {
      const byBeginning = new Map<number | null, number[]>();
      for (const row of rows) {
        const beginning = ofRow.get(row) ?? null;
        const members = byBeginning.get(beginning) ?? [];
        if (members.push(row) === 1) byBeginning.set(beginning, members);
      }
      return [...byBeginning].map(([beginning, members]) => ({
        beginning,
        rows: members,
        plan: planPacking(
          members.map((row) => bundles[row]!),
          settings,
          beginning === null ? 0 : beginnings[beginning]!.tokens.length,
        ),
      }));
    },
  };
}
