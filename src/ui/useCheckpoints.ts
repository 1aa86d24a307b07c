/** The run's checkpoints, and what they are called on the page. */
import { useMemo } from "react";
import type { CheckpointInfo } from "../domain/checkpoint.ts";
import { checkpointLabels } from "../plots/format.ts";
import { useApp } from "./useApp.ts";

const NONE: readonly CheckpointInfo[] = [];

/** Oldest first; empty until a run is known. */
export function useCheckpoints(): readonly CheckpointInfo[] {
  return useApp(({ run }) => run.info?.checkpoints ?? NONE);
}

/** "step 3800" for each name; the name itself where it is not of this run. */
export function useLabels(names: readonly string[]): readonly string[] {
  const checkpoints = useCheckpoints();
  return useMemo(() => {
    const labels = checkpointLabels(checkpoints);
    return names.map((name) => labels.get(name) ?? name);
  }, [names, checkpoints]);
}
