import type { StudyResult } from "../domain/studyResult.ts";
export function reportFiles(
  _r: { studies: readonly StudyResult[]; recipe: object; version: string; command: string },
  _d: Document,
): readonly { name: string; text: string }[] {
  return [];
}
