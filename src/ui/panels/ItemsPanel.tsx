/**
 * What changed between the better parent and a merge, item by item, as a person reads it: of the merge that is being
 * evaluated while its numbers come in, or of the one that was asked for.
 */
import { Download } from "lucide-react";
import { useState } from "react";
import type { ItemChange } from "../../domain/study.ts";
import type { TaskRow } from "../../domain/task.ts";
import { formatLambda, formatScore } from "../../plots/format.ts";
import { mixWords } from "../../plots/sentences.ts";
import { currentLive } from "../../store/live.ts";
import { bestParentScore } from "../../store/parentScores.ts";
import { isBusy } from "../../store/status.ts";
import { currentStudy } from "../../store/study.ts";
import { currentMeasure } from "../../store/subject.ts";
import { bestOf } from "../../store/verdict.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { ItemWords } from "../components/ItemWords.tsx";
import { NarrowingPicture } from "../components/NarrowingPicture.tsx";
import { Panel } from "../components/Panel.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useWaysOn } from "../useWaysOn.ts";

/** The list of changed items. */
export function ItemsPanel() {
  const { weights, changes, status } = useApp((state) => state.items);
  const live = useApp(currentLive);
  const actions = useActions();
  const [held, setHeld] = useState<typeof live>(null);
  const shown = held ?? live;
  const showsLive = changes === null && shown !== null;
  const at = showsLive ? shown.weights : weights;
  return (
    <Panel
      area="items"
      title="Items"
      status={status}
      note={at === null ? null : <Note weights={at} changes={showsLive ? shown.changes : changes} />}
      tools={
        <>
          {showsLive ? (
            <button
              type="button"
              className="link"
              aria-pressed={held !== null}
              onClick={() => setHeld(held === null ? shown : null)}
            >
              {held === null ? "hold" : "go on"}
            </button>
          ) : null}
          <WorkNote status={status} onCancel={actions.cancelItems} />
        </>
      }
    >
      {showsLive ? <LiveItems live={shown} /> : <AskedItems />}
    </Panel>
  );
}

function Note(props: {
  readonly weights: readonly number[];
  readonly changes: readonly Pick<ItemChange, "gained">[] | null;
}) {
  const { weights, changes } = props;
  const gained = changes?.filter((change) => change.gained).length ?? 0;
  const counted = changes === null ? "" : `: ${gained} gained, ${changes.length - gained} lost`;
  return (
    <span className="number">
      at {weights.length === 2 ? `λ = ${formatLambda(weights[1] ?? 0, 3)}` : mixWords(weights)}
      {counted}
    </span>
  );
}

/** The merge that is being evaluated: its score so far, and what it changes so far. */
function LiveItems({ live }: { readonly live: NonNullable<ReturnType<typeof currentLive>> }) {
  const measure = useApp(currentMeasure);
  const rows = useApp((state) => state.live.rows);
  const rival = useApp(bestParentScore);
  if (measure === null) return null;
  const { trail, total, score, changes } = live;
  return (
    <div className="scroll">
      <div className="pad">
        <p className="number">
          {formatScore(measure, score)}{" "}
          <span className="quiet">
            after {score.n} of {total} items
          </span>
        </p>
        <NarrowingPicture measure={measure} trail={trail} total={total} rival={rival} />
      </div>
      <ol className="items">
        {changes.length === 0 ? (
          <li className="quiet">
            {measure.percent
              ? "No item has changed yet."
              : "A loss moves a little on every text: no item is gained or lost."}
          </li>
        ) : null}
        {changes.map((change) => (
          <ChangedItem key={change.index} change={change} row={rows[change.index] ?? null} />
        ))}
      </ol>
    </div>
  );
}

function AskedItems() {
  const { weights, changes, status } = useApp((state) => state.items);
  const best = bestOf(useApp(currentStudy));
  const measure = useApp(currentMeasure);
  const actions = useActions();
  const ways = useWaysOn(() => void (weights !== null && actions.openItems(weights)));
  if (changes !== null && weights !== null)
    return (
      <>
        <p className="pad row">
          <button type="button" className="link" onClick={() => void actions.saveSamples(weights)}>
            <Download size={12} aria-hidden="true" /> samples of all items, JSON lines
          </button>
          <button type="button" className="link" onClick={actions.closeItems}>
            close
          </button>
        </p>
        <ol className="scroll items">
          {changes.length === 0 ? <li className="quiet">No item changed.</li> : null}
          {changes.map(({ row, ...change }) => (
            <ChangedItem key={change.index} change={change} row={row} />
          ))}
        </ol>
      </>
    );
  if (status.kind === "failed") return <ErrorNotice error={status.error} ways={ways} />;
  if (measure?.percent === false)
    return <p className="pad quiet">A loss moves a little on every text: no item is gained or lost.</p>;
  return (
    <div className="pad quiet">
      <p>
        Items that a merge gets right and the better parent wrong, and the other way round, to read. While a
        merge is evaluated they appear here as they come in.
      </p>
      {best === null || isBusy(status) ? null : (
        <button type="button" className="button" onClick={() => void actions.openItems(best.weights)}>
          show them for the best merge
        </button>
      )}
    </div>
  );
}

function ChangedItem({ change, row }: { readonly change: ItemChange; readonly row: TaskRow | null }) {
  const { index, gained, parent, merge } = change;
  return (
    <li className={gained ? "gained" : "lost"}>
      <span className="tag">{gained ? "gained" : "lost"}</span>
      <span className="quiet number">{index + 1}</span>
      <div>
        {row === null ? (
          <p className="quiet">item {index + 1}</p>
        ) : (
          <ItemWords row={row} parent={parent} merge={merge} />
        )}
      </div>
    </li>
  );
}
