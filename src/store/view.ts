/** What is looked at, which changes no result: the step, the cursor, the theme, notices. */
import type { Context } from "./context.ts";
import type { LabTab } from "./labState.ts";
import type { ThemeChoice } from "./state.ts";
import { currentStudy } from "./study.ts";

/** Actions on the view. */
export type ViewActions = {
  /** 1-based; past the last step means the newest. */
  readonly showStep: (step: number | null) => void;
  /** Goes so many steps; past the last is the newest. */
  readonly moveStep: (by: number) => void;
  readonly pointAt: (lambda: number | null) => void;
  readonly pickTheme: (theme: ThemeChoice) => void;
  readonly showLab: (tab: LabTab) => void;
  readonly dismissNotices: () => void;
};

const THEME_KEY = "mergescope.theme";

/** The view's actions over a context. */
export function createViewActions(context: Context): ViewActions {
  const stepCount = (): number => {
    const entry = currentStudy(context.get());
    return entry === null ? 0 : entry.record.trials.length + (entry.pending === null ? 0 : 1);
  };
  const showStep = (step: number | null): void => {
    const count = stepCount();
    const next = step === null || step > count || count === 0 ? null : Math.max(1, step);
    if (next !== context.get().view.step) context.patch("view", { step: next });
  };
  return {
    showStep,
    moveStep(by) {
      const entry = currentStudy(context.get());
      // One past the last choice there is only the final posterior, which a paused search does not have.
      const hasEnd = entry !== null && entry.pending === null && entry.record.surrogate !== null;
      const newest = stepCount() + (hasEnd ? 1 : 0);
      showStep((context.get().view.step ?? newest) + by);
    },
    pointAt(cursor) {
      const next = cursor === null ? null : Math.min(1, Math.max(0, cursor));
      if (next !== context.get().view.cursor) context.patch("view", { cursor: next });
    },
    pickTheme(theme) {
      context.effects.preferences.write(THEME_KEY, theme);
      context.patch("view", { theme });
    },
    showLab: (lab) => context.patch("view", { lab }),
    dismissNotices: () => context.patch("view", { notices: [] }),
  };
}

/** The theme chosen on an earlier visit. */
export function rememberedTheme(read: (key: string) => string | null): ThemeChoice {
  const theme = read(THEME_KEY);
  return theme === "light" || theme === "dark" ? theme : "auto";
}
