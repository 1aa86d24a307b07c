/** Beginnings that the model has read and still keeps, for one evaluation. Engine thread or Node. */
import type { LanguageModel, Past } from "../runtime/languageModel.ts";

/** Kept beginnings. */
export interface KeptPasts {
  /** The beginning's keys and values, read now unless they are still kept. */
  of(tokens: readonly number[]): Promise<{ readonly past: Past; readonly isFresh: boolean }>;
  dispose(): void;
}

/** Nothing kept; the beginning used longest ago makes way beyond so many tokens. */
export function createKeptPasts(model: LanguageModel, cacheTokens: number): KeptPasts {
  const kept = new Map<readonly number[], Past>();
  const used = (): number => [...kept.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    async of(tokens) {
      const known = kept.get(tokens);
      kept.delete(tokens);
      for (const [oldest, past] of kept) {
        if (used() + tokens.length <= cacheTokens) break;
        kept.delete(oldest);
        past.dispose();
      }
      const past = known ?? (await model.remember(tokens));
      kept.set(tokens, past);
      return { past, isFresh: known === undefined };
    },
    dispose() {
      for (const past of kept.values()) past.dispose();
      kept.clear();
    },
  };
}
