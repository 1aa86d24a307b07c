/** The theme that is on: the person's choice, or the system's. */
import { useLayoutEffect, useSyncExternalStore } from "react";
import { cssVariables, PALETTES, type Palette, type ThemeName } from "../plots/palette.ts";
import { useApp } from "./useApp.ts";

const DARK = "(prefers-color-scheme: dark)";

function watchSystem(onChange: () => void): () => void {
  const query = matchMedia(DARK);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}

/** Which theme is on. */
export function useTheme(): ThemeName {
  const choice = useApp(({ view }) => view.theme);
  const system = useSyncExternalStore(watchSystem, () => matchMedia(DARK).matches);
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
