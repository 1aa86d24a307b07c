/** How panels reach the store: one context, one hook that renders again only when its selection changes. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Actions, App } from "../store/app.ts";
import type { AppState } from "../store/state.ts";

/** Filled by the page's root. */
export const AppContext = createContext<App | null>(null);

function useAppContext(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("A panel stands outside the page's store.");
  return app;
}

/** A part of the state. The selection must be a stored reference or a primitive, never made anew. */
export function useApp<T>(select: (state: AppState) => T): T {
  const { store } = useAppContext();
  return useSyncExternalStore(store.subscribe, () => select(store.getState()));
}

/** All actions; never changes. */
export function useActions(): Actions {
  return useAppContext().actions;
}
