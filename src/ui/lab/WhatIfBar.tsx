/**
 * At the shown step: what another acquisition function, β or a λ of one's own would have done, and the fork that makes
 * it so. Nothing is measured until it is forked.
 */
import { GitFork } from "lucide-react";
import { explainAsk, whereOf } from "../../plots/sentences.ts";
import type { StepView } from "../../plots/stepView.ts";
import { isBusy } from "../../store/status.ts";
import { currentStudy } from "../../store/study.ts";
import { drawnWhatIf } from "../../store/whatIf.ts";
import { Choice } from "../components/Choice.tsx";
import { useActions, useApp } from "../useApp.ts";
import { ACQUISITION_OPTIONS } from "./searchOptions.ts";

/** The line below the scrubber; `view` is the search at the shown step. */
export function WhatIfBar({ view }: { readonly view: StepView | null }) {
  const picked = useApp(({ whatIf }) => whatIf.picked);
  const now = useApp(drawnWhatIf);
  const searched = useApp((state) => currentStudy(state) !== null);
  if (picked !== null) return <PickedLine weights={picked} view={view} searched={searched} />;
  if (view === null || !searched || view.count === 0) return null;
  return now === null ? <Offer view={view} /> : <Reconsidered view={view} />;
}

function Offer({ view }: { readonly view: StepView }) {
  const { reconsider } = useActions();
  return (
    <div className="what-if row">
      <button type="button" className="button" onClick={() => void reconsider(view.step, {})}>
        <GitFork size={13} aria-hidden="true" /> what if, at {stepWords(view)}?
      </button>
      <span className="quiet">
        Another acquisition function, another model, or click a mix in the picture.
      </span>
    </div>
  );
}

function Reconsidered({ view }: { readonly view: StepView }) {
  const now = useApp(drawnWhatIf);
  const { reconsider, forkStudy, endWhatIf } = useActions();
  if (now === null) return null;
  const { settings, ask, status } = now;
  const step = view.step;
  return (
    <div className="what-if row" data-active="true">
      <Choice
        label={`what if, at ${stepWords(view)}:`}
        value={settings.acquisition}
        options={ACQUISITION_OPTIONS}
        onPick={(acquisition) => void reconsider(step, { acquisition })}
      />
      <p className="words" aria-live="polite">
        {ask === null ? (isBusy(status) ? "asking the model" : "") : explainAsk(ask)}
        {status.kind === "failed" ? <span className="bad">{status.error.message}</span> : null}
      </p>
      <button
        type="button"
        className="button strong"
        disabled={ask === null}
        onClick={() => void forkStudy(step, settings, null)}
      >
        <GitFork size={13} aria-hidden="true" /> fork here
      </button>
      <button type="button" className="link" onClick={endWhatIf}>
        back to what decided
      </button>
    </div>
  );
}

function PickedLine(props: {
  readonly weights: readonly number[];
  readonly view: StepView | null;
  readonly searched: boolean;
}) {
  const { weights, view, searched } = props;
  const { stepStudy, forkStudy, pickWeights } = useActions();
  const busy = useApp((state) => isBusy(currentStudy(state)?.status ?? { kind: "idle" }));
  const isPast = searched && view !== null && view.outcome !== null;
  const act = (): void => {
    pickWeights(null);
    if (isPast) void forkStudy(view.step, {}, weights);
    else void stepStudy(weights);
  };
  return (
    <div className="what-if row" data-active="true">
      <p className="words">
        <b className="number">{whereOf(weights)}</b> picked by hand.
      </p>
      <button type="button" className="button strong" disabled={busy} onClick={act}>
        {isPast ? `fork: measure it at ${stepWords(view)} and go on` : "measure it"}
      </button>
      <button type="button" className="link" onClick={() => pickWeights(null)}>
        never mind
      </button>
    </div>
  );
}

function stepWords(view: StepView): string {
  return view.ask === null ? `the end` : `step ${view.step}`;
}
