/** The command line that says the same numbers as the page. Pure. */
import { measuresOf } from "../domain/measure.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { Subject } from "../domain/study.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import type { TaskKind } from "../domain/task.ts";

/** `npx mergescope optimize demo:3600 demo:3800 --task … --seed 0`; only what differs from the defaults is named. */
export function optimizeCommand(
  subject: Pick<Subject, "parents" | "task" | "measure">,
  kind: TaskKind,
  settings: SearchSettings,
  limit: number | null,
): string {
  const usual = defaultSearchSettings(settings.parents);
  const { metric } = subject.measure;
  const measure = metric === measuresOf(kind)[0].metric ? [] : ["--metric", metric];
  const flags = (["alpha", "acquisition", "beta", "trials", "kernel", "noise"] as const).flatMap((name) =>
    settings[name] === usual[name] ? [] : [`--${name}`, String(settings[name])],
  );
  const rows = limit === null ? [] : ["--limit", String(limit)];
  // A folder of this machine has a path that a page is never told.
  const parents = subject.parents.map((name) => name.replace(/^disk:/, "./"));
  const question = [...parents, "--task", subject.task, ...measure, ...rows];
  return [
    "npx mergescope optimize",
    ...[...question, "--seed", String(settings.seed), ...flags].map(quoted),
  ].join(" ");
}

/** As a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
