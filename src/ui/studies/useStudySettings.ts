/** The present settings of studies, the same object as long as they say the same. */
import { useMemo } from "react";
import type { StudySettings } from "../../domain/studyResult.ts";
import { studySettings } from "../../store/studies.ts";
import { useApp } from "../useApp.ts";

/** `null` before a run is known. */
export function useStudySettings(): StudySettings | null {
  const said = useApp((state) => JSON.stringify(studySettings(state)));
  return useMemo(() => JSON.parse(said) as StudySettings | null, [said]);
}
