/** What changed between the better parent and a merge, item by item, as a person reads it. */
import { formatLambda } from "../../plots/format.ts";
import { isBusy } from "../../store/status.ts";
import { currentStudy } from "../../store/study.ts";
import { currentMeasure } from "../../store/subject.ts";
import { bestOf } from "../../store/verdict.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { ItemWords } from "../components/ItemWords.tsx";
import { Panel } from "../components/Panel.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useWaysOn } from "../useWaysOn.ts";

/** The list of changed items. */
export function ItemsPanel() {
  const { weights, changes, status } = useApp((state) => state.items);
  const best = bestOf(useApp(currentStudy));
  const measure = useApp(currentMeasure);
  const actions = useActions();
  const ways = useWaysOn(() => void (weights !== null && actions.openItems(weights)));
  const gained = changes?.filter((change) => change.gained).length ?? 0;
  const counted = changes === null ? "" : `: ${gained} gained, ${changes.length - gained} lost`;
  return (
    <Panel
      area="items"
      title="Items"
      status={status}
      note={
        weights === null ? null : (
          <span className="number">
            at λ = {formatLambda(weights.at(-1) ?? 0, 3)}
            {counted}
          </span>
        )
      }
      tools={<WorkNote status={status} onCancel={actions.cancelItems} />}
    >
      {changes !== null ? (
        <ol className="scroll items">
          {changes.length === 0 ? <li className="quiet">No item changed.</li> : null}
          {changes.map(({ index, row, parent, merge, ...change }) => (
            <li key={index} className={change.gained ? "gained" : "lost"}>
              <span className="tag">{change.gained ? "gained" : "lost"}</span>
              <span className="quiet number">{index + 1}</span>
              <div>
                <ItemWords row={row} parent={parent} merge={merge} />
              </div>
            </li>
          ))}
        </ol>
      ) : status.kind === "failed" ? (
        <ErrorNotice error={status.error} ways={ways} />
      ) : measure?.percent === false ? (
        <p className="pad quiet">A loss moves a little on every text: no item is gained or lost.</p>
      ) : (
        <div className="pad quiet">
          <p>Items that a merge gets right and the better parent wrong, and the other way round, to read.</p>
          {best === null || isBusy(status) ? null : (
            <button type="button" className="button" onClick={() => void actions.openItems(best.weights)}>
              show them for the best merge
            </button>
          )}
        </div>
      )}
    </Panel>
  );
}
