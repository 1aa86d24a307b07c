/** The theme that is on: the person's choice, or the system's. */
import { useCallback, useLayoutEffect, useSyncExternalStore } from "react";
import { cssVariables, PALETTES, type Palette, type ThemeName } from "../plots/palette.ts";
import { useApp } from "./useApp.ts";

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  const watch = useCallback(
    (onChange: () => void) => {
      const list = matchMedia(query);
      list.addEventListener("change", onChange);
      return () => list.removeEventListener("change", onChange);
    },
    [query],
  );
  return useSyncExternalStore(watch, () => matchMedia(query).matches);
}

/** Which theme is on. */
export function useTheme(): ThemeName {
  const choice = useApp(({ view }) => view.theme);
  const system = useMedia("(prefers-color-scheme: dark)");
  return choice === "auto" ? (system ? "dark" : "light") : choice;
}

/** The theme's colours, for figures. */
export function usePalette(): Palette {
  return PALETTES[useTheme()];
}

/** Puts the theme's colours on the document, for style sheets. */
export function useThemeOnDocument(): void {
  const theme = useTheme();
  useLayoutEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = theme;
    root.style.colorScheme = theme;
    for (const [name, colour] of Object.entries(cssVariables(PALETTES[theme])))
      root.style.setProperty(name, colour);
  }, [theme]);
}
