/** The λ-landscape of the open pair: heading, plots, scrubber. */
import { useMemo } from "react";
import { viewStep, withChoice } from "../../plots/stepView.ts";
import { IDLE, isBusy } from "../../store/status.ts";
import { currentStudy, isPresentStale } from "../../store/study.ts";
import { drawnWhatIf } from "../../store/whatIf.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { Panel } from "../components/Panel.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { WhatIfBar } from "../lab/WhatIfBar.tsx";
import { SimplexPlots } from "../simplex/SimplexPlots.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useLabels } from "../useCheckpoints.ts";
import { useWaysOn } from "../useWaysOn.ts";
import { LambdaPlots } from "./LambdaPlots.tsx";
import { Scrubber } from "./Scrubber.tsx";
import { SweepTools } from "./SweepTools.tsx";

const NO_PAIR: readonly string[] = [];

/** Landscape, acquisition and scrubber. */
export function LandscapePanel() {
  const entry = useApp(currentStudy);
  const stale = useApp(isPresentStale);
  const step = useApp(({ view }) => view.step);
  const actions = useActions();
  const record = entry?.record ?? null;
  const pending = entry?.pending ?? null;
  // Progress makes a new entry many times a second; the picture changes only with what is in it.
  const view = useMemo(
    () => (record === null ? null : viewStep(record, pending, step)),
    [record, pending, step],
  );
  const now = useApp(drawnWhatIf);
  const asked = now?.ask ?? null;
  const drawn = useMemo(
    () => (view === null || asked === null ? view : withChoice(view, asked)),
    [view, asked],
  );
  const isPair = useApp(({ subject }) => (subject.parents?.length ?? 2) === 2);
  const status = entry?.status ?? IDLE;
  const ways = useWaysOn(() => void actions.runStudy());
  const origin =
    now !== null
      ? "what if: not what decided"
      : stale
        ? "settings changed"
        : entry?.origin === "shipped" && !isBusy(status)
          ? "shipped results"
          : null;
  return (
    <Panel
      area="land"
      title="Landscape"
      status={status}
      note={
        <>
          <PairWords />
          {origin === null ? null : (
            <span className="origin">
              {origin}
              {now === null ? (
                <button type="button" className="link" onClick={() => void actions.runStudy()}>
                  run again
                </button>
              ) : null}
            </span>
          )}
          <WorkNote status={status} onCancel={actions.pauseStudy} />
        </>
      }
      tools={isPair ? <SweepTools /> : null}
    >
      {isPair ? <LambdaPlots view={drawn} stale={stale} /> : <SimplexPlots view={drawn} stale={stale} />}
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      <Scrubber view={view} />
      <WhatIfBar view={view} />
    </Panel>
  );
}

/** The open pair by its steps, each in its colour. */
function PairWords() {
  const pair = useApp(({ subject }) => subject.parents);
  const labels = useLabels(pair ?? NO_PAIR);
  if (pair === null) return null;
  const [older, newer] = [labels[0], labels.at(-1)];
  return (
    <span>
      <b className="older">{older}</b>
      {labels.length > 2 ? ` and ${labels.length - 2} more to ` : " to "}
      <b className="newer">{newer}</b>
    </span>
  );
}
