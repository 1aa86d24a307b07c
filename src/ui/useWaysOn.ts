/** What can be done after a failure: try again, and another device where one might help. */
import type { WayOn } from "./components/ErrorNotice.tsx";
import { useActions, useApp } from "./useApp.ts";

/** The ways on that make sense on the present device. */
export function useWaysOn(again: () => void): readonly WayOn[] {
  const kind = useApp(({ device }) => device.info?.kind ?? null);
  const { startDevice } = useActions();
  const retry = { label: "try again", act: again };
  if (kind === "wasm") return [retry];
  return [retry, { label: "use wasm instead", act: () => void startDevice("wasm").then(again) }];
}
