/** Is the best merge really better? On search items, on unseen ones, and what to do with it. */
import { pairRecipe } from "../../domain/recipe.ts";
import { optimizeCommand } from "../../plots/command.ts";
import { formatLambda, formatScore } from "../../plots/format.ts";
import { verdictSentence } from "../../plots/sentences.ts";
import type { StudyEntry } from "../../store/state.ts";
import { isBusy } from "../../store/status.ts";
import { currentStudy, isComplete, isPresentStale } from "../../store/study.ts";
import { currentTask } from "../../store/subject.ts";
import { bestOf } from "../../store/verdict.ts";
import { CopyButton } from "../components/CopyButton.tsx";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { Panel } from "../components/Panel.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useLabels } from "../useCheckpoints.ts";
import { useWaysOn } from "../useWaysOn.ts";
import { ExportButton } from "./ExportButton.tsx";

const NO_PARENTS: readonly string[] = [];

/** The verdict on the open pair's best merge. */
export function VerdictPanel() {
  const entry = useApp(currentStudy);
  const status = useApp(({ verdict }) => verdict.status);
  const stale = useApp(isPresentStale);
  const actions = useActions();
  const labels = useLabels(entry?.record.subject.parents ?? NO_PARENTS);
  const ways = useWaysOn(() => void actions.measureHeldout());
  const sentence = entry === null ? null : verdictSentence(entry.record, labels);
  const soFar = entry !== null && sentence !== null && !isComplete(entry) && !entry.stopped;
  return (
    <Panel
      area="verdict"
      title="Verdict"
      status={status}
      note={stale ? "settings changed" : soFar ? "so far" : null}
      tools={<WorkNote status={status} onCancel={actions.cancelHeldout} />}
    >
      <div className={stale ? "verdict stale" : "verdict"}>
        {entry === null || sentence === null ? (
          <p className="quiet">
            After a search, this says how much the best merge gains on the items it was searched on, and how
            much of that is left on items the search did not see.
          </p>
        ) : (
          <>
            <p className="large" aria-live="polite">
              {sentence}
            </p>
            <Numbers entry={entry} />
            <VerdictTools entry={entry} />
          </>
        )}
        {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      </div>
    </Panel>
  );
}

/** The two parents and the merge, on both halves. */
function Numbers({ entry: { record }, entry }: { readonly entry: StudyEntry }) {
  const best = bestOf(entry);
  if (best?.lambda == null) return null;
  const { heldout, parents, subject } = record;
  const rows = [
    { what: "older", weight: 1 - best.lambda, search: parents[0], unseen: heldout?.parents[0] },
    { what: "newer", weight: best.lambda, search: parents[1], unseen: heldout?.parents[1] },
    { what: "merge", weight: 1, search: best, unseen: heldout?.merge },
  ];
  return (
    <>
      <div className="mix" aria-hidden="true">
        <span className="older" style={{ flexGrow: 1 - best.lambda }} />
        <span className="newer" style={{ flexGrow: best.lambda }} />
      </div>
      <table className="number figures">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">model</span>
            </th>
            <th scope="col">weight</th>
            <th scope="col">{best.n} search items</th>
            <th scope="col">{heldout === null ? "unseen items" : `${heldout.merge.n} unseen items`}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ what, weight, search, unseen }) => (
            <tr key={what}>
              <th scope="row" className={what}>
                {what}
              </th>
              <td>{formatLambda(weight, 3)}</td>
              <td>{search === undefined ? "–" : formatScore(subject.measure, search)}</td>
              <td>{unseen === undefined ? "–" : formatScore(subject.measure, unseen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function VerdictTools({ entry }: { readonly entry: StudyEntry }) {
  const status = useApp(({ verdict }) => verdict.status);
  const exporting = useApp((state) => state.export);
  const task = useApp(currentTask);
  const limit = useApp(({ subject }) => subject.limit);
  const actions = useActions();
  const { record } = entry;
  const [older, newer] = record.subject.parents;
  const lambda = bestOf(entry)?.lambda ?? null;
  return (
    <div className="row">
      {record.heldout === null && !isBusy(status) && !isBusy(entry.status) ? (
        <button type="button" className="button strong" onClick={() => void actions.measureHeldout()}>
          measure on unseen items
        </button>
      ) : null}
      {task === null ? null : (
        <CopyButton
          label="copy command"
          text={() => optimizeCommand(record.subject, task.kind, record.settings, limit)}
        />
      )}
      {lambda === null || older === undefined || newer === undefined ? null : (
        <ExportButton recipe={pairRecipe(older, newer, lambda)} />
      )}
      <span className={exporting.status.kind === "failed" ? "bad" : "quiet"} role="status">
        {exporting.status.kind === "failed" ? exporting.status.error.message : exporting.written}
      </span>
    </div>
  );
}
