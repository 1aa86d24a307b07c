/** Back and forth through the search, and run, step, pause, stop; with one sentence that says what was chosen and why. */
import {
  ChevronFirst,
  ChevronLast,
  ChevronLeft,
  ChevronRight,
  type LucideIcon,
  Pause,
  Play,
  Square,
  StepForward,
} from "lucide-react";
import { explainAsk, explainOutcome } from "../../plots/sentences.ts";
import type { StepView } from "../../plots/stepView.ts";
import type { StudyEntry } from "../../store/state.ts";
import { IDLE, isBusy } from "../../store/status.ts";
import { currentStudy, isComplete, isStale } from "../../store/study.ts";
import { Hint } from "../components/Term.tsx";
import { useActions, useApp } from "../useApp.ts";
import { SettingsButton } from "./SettingsButton.tsx";

/** The line under the plots. */
export function Scrubber({ view }: { readonly view: StepView | null }) {
  const entry = useApp(currentStudy);
  const actions = useActions();
  const planned = useApp(({ subject }) => subject.settings.trials);
  const count = view?.count ?? 0;
  const shown = view?.step ?? 0;
  const isNewest = useApp((state) => state.view.step === null);
  const atEnd = count === 0 || isNewest || shown > count;
  return (
    <div className="scrubber">
      <div className="row">
        <Tool icon={ChevronFirst} label="first step" off={shown <= 1} act={() => actions.showStep(1)} />
        <Tool
          icon={ChevronLeft}
          label="one step back (←)"
          off={shown <= 1}
          act={() => actions.moveStep(-1)}
        />
        <input
          className="scrub"
          type="range"
          min={1}
          max={Math.max(2, count + 1)}
          value={Math.max(1, shown)}
          disabled={count === 0}
          aria-label="Step of the search"
          aria-valuetext={stepWords(view, planned)}
          onChange={(event) => actions.showStep(Number(event.target.value))}
        />
        <Tool icon={ChevronRight} label="one step forth (→)" off={atEnd} act={() => actions.moveStep(1)} />
        <Tool icon={ChevronLast} label="newest" off={atEnd} act={() => actions.showStep(null)} />
        <output className="step number">{stepWords(view, planned)}</output>
      </div>
      <Controls />
      <SettingsButton />
      <p className="sentence" aria-live="polite">
        {sentenceFor(entry, view)}
      </p>
    </div>
  );
}

function Controls() {
  const entry = useApp(currentStudy);
  const settings = useApp(({ subject }) => subject.settings);
  const ready = useApp(({ subject }) => subject.parents !== null);
  const actions = useActions();
  const busy = isBusy(entry?.status ?? IDLE);
  const over = entry !== null && (isStale(entry, settings) || isComplete(entry) || entry.stopped);
  const words = entry === null ? "run" : over ? "run again" : "continue";
  const Icon = busy ? Pause : Play;
  return (
    <div className="row">
      <button
        type="button"
        className="button strong run"
        disabled={!ready}
        onClick={() => (busy ? actions.pauseStudy() : void actions.runStudy())}
      >
        <Icon size={13} aria-hidden="true" /> {busy ? "pause" : words}
      </button>
      <Tool icon={StepForward} label="measure one λ more" off={busy} act={() => void actions.stepStudy()} />
      <Tool
        icon={Square}
        label="stop: end the search with what it has"
        off={entry === null || isComplete(entry) || entry.stopped}
        act={() => void actions.stopStudy()}
      />
    </div>
  );
}

function stepWords(view: StepView | null, planned: number): string {
  if (view === null || view.count === 0) return `0 of ${planned}`;
  return view.ask === null ? `after ${view.count}` : `step ${view.step} of ${Math.max(planned, view.count)}`;
}

function sentenceFor(entry: StudyEntry | null, view: StepView | null): string {
  if (entry === null || view === null) return "";
  if (view.count === 0)
    return isBusy(entry.status) ? "Measuring the parents first." : "Nothing is measured yet.";
  if (view.ask === null) return `What the model knows after ${view.count} trials.`;
  const why = explainAsk(view.ask);
  return `${why} ${view.outcome === null ? "Measuring it now." : explainOutcome(entry.record, view.outcome)}`;
}

function Tool(props: {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly off: boolean;
  readonly act: () => void;
}) {
  const { icon: Icon, label, off, act } = props;
  return (
    <Hint meaning={label}>
      <button
        type="button"
        className="icon"
        aria-label={label}
        aria-disabled={off}
        onClick={() => !off && act()}
      >
        <Icon size={16} aria-hidden="true" />
      </button>
    </Hint>
  );
}
