/** The page's keys: the list that `?` shows, and what listens for them. */
import { useEffect } from "react";
import { tinykeys } from "tinykeys";

/** What the keys do. */
export type ShortcutActions = {
  readonly runOrPause: () => void;
  readonly step: (by: number) => void;
  readonly find: () => void;
  readonly list: () => void;
};

/** As people read them. */
export const SHORTCUTS: readonly { readonly keys: string; readonly meaning: string }[] = [
  { keys: "space", meaning: "run or pause the search" },
  { keys: "← →", meaning: "one step back or forth" },
  { keys: "arrows", meaning: "move within the heat map, the trajectory, the λ plots" },
  { keys: "Enter", meaning: "open the pair, the trial or its items" },
  { keys: "/", meaning: "find a task" },
  { keys: "?", meaning: "this list" },
];

/** Elements that use these keys themselves. */
const OWN_KEYS = "input, select, textarea, [role=slider], .heat, [role=dialog]";
const OWN_SPACE = `${OWN_KEYS}, button, a`;

/** Listens for the keys while the page is shown. */
export function useShortcuts(actions: ShortcutActions): void {
  useEffect(() => {
    const unless =
      (own: string, act: () => void) =>
      (event: KeyboardEvent): void => {
        if (event.target instanceof Element && event.target.closest(own) !== null) return;
        event.preventDefault();
        act();
      };
    return tinykeys(window, {
      Space: unless(OWN_SPACE, actions.runOrPause),
      ArrowLeft: unless(OWN_KEYS, () => actions.step(-1)),
      ArrowRight: unless(OWN_KEYS, () => actions.step(1)),
      "/": unless(OWN_KEYS, actions.find),
      "Shift+?": unless(OWN_KEYS, actions.list),
    });
  }, [actions]);
}
