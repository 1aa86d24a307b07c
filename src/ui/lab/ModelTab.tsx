/**
 * The model at the shown step: whether it is to be trusted, and its hyper-parameters, which can be held by hand while
 * the marginal likelihood shows what the data say of it.
 */
import { useEffect, useMemo } from "react";
import type { HyperparameterName, LikelihoodProfile, SearchSettings } from "../../domain/surrogate.ts";
import { formatLambda, formatNumber } from "../../plots/format.ts";
import { likelihoodAt, likelihoodFigure } from "../../plots/likelihoodCurve.ts";
import { healthSentences, leaveOneOutFigure, type MeasuredPoint } from "../../plots/modelHealth.ts";
import { viewStep } from "../../plots/stepView.ts";
import { currentStudy } from "../../store/study.ts";
import { currentMeasure } from "../../store/subject.ts";
import { shownWhatIf } from "../../store/whatIf.ts";
import { Choice } from "../components/Choice.tsx";
import { Figure } from "../components/Figure.tsx";
import { Term } from "../components/Term.tsx";
import { useActions, useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";
import { ESTIMATE_OPTIONS, KERNEL_OPTIONS, NOISE_OPTIONS } from "./searchOptions.ts";

/** Health on the left, the model on the right. */
export function ModelTab() {
  const record = useApp((state) => currentStudy(state)?.record ?? null);
  const pending = useApp((state) => currentStudy(state)?.pending ?? null);
  const step = useApp(({ view }) => view.step);
  const view = useMemo(
    () => (record === null ? null : viewStep(record, pending, step)),
    [record, pending, step],
  );
  const now = useApp(shownWhatIf);
  if (record === null || view === null || view.surrogate === null)
    return (
      <p className="quiet pad">
        Once something is measured: how well the model predicts each score from all others, where it only
        guesses, and its hyper-parameters, to be moved by hand.
      </p>
    );
  const surrogate = now?.ask?.surrogate ?? view.surrogate;
  const points: readonly MeasuredPoint[] = [
    ...record.parents.map(({ value }, i) => ({ label: i === 0 ? "oldest parent" : "parent", value })),
    ...view.seen.map(({ number, lambda, value }) => ({
      label: `trial ${number + 1}${lambda === null ? "" : `, λ = ${formatLambda(lambda, 3)}`}`,
      value,
    })),
  ];
  return (
    <div className="lab-split">
      <Health surrogate={surrogate} points={points} />
      <Hyperparameters step={view.step} settings={now?.settings ?? record.settings} surrogate={surrogate} />
    </div>
  );
}

type SurrogateOf = NonNullable<ReturnType<typeof viewStep>["surrogate"]>;

function Health(props: { readonly surrogate: SurrogateOf; readonly points: readonly MeasuredPoint[] }) {
  const { surrogate, points } = props;
  const measure = useApp(currentMeasure);
  const palette = usePalette();
  const spec = useMemo(
    () => (measure === null ? null : leaveOneOutFigure(measure, points, surrogate, palette)),
    [measure, points, surrogate, palette],
  );
  const sentences = healthSentences(surrogate);
  return (
    <div className="lab-health">
      <div className="lab-square">
        {spec === null ? null : (
          <Figure spec={spec} label="Each score predicted from all others, over what was measured" />
        )}
        <p className="axis-words quiet">predicted from all others, over measured</p>
      </div>
      <ul className="sentences" aria-label="Health of the model">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}

function Hyperparameters(props: {
  readonly step: number;
  readonly settings: SearchSettings;
  readonly surrogate: SurrogateOf;
}) {
  const { step, settings, surrogate } = props;
  const now = useApp(shownWhatIf);
  const { reconsider, profileModel } = useActions();
  useEffect(() => {
    if (now === null) void profileModel(step);
  }, [now, step, profileModel]);
  const { model } = surrogate;
  const change = (next: Partial<SearchSettings>): void => void reconsider(step, next);
  return (
    <div className="lab-model">
      <div className="row">
        <Choice
          label="kernel"
          value={settings.kernel}
          options={KERNEL_OPTIONS}
          onPick={(kernel) => change({ kernel })}
        />
        <Choice
          label="noise"
          value={settings.noise}
          options={NOISE_OPTIONS}
          onPick={(noise) => change({ noise })}
        />
        <Choice
          label="estimated by"
          value={settings.estimate}
          options={ESTIMATE_OPTIONS}
          onPick={(estimate) => change({ estimate })}
        />
      </div>
      <ul className="profiles">
        {(now?.profiles ?? []).map((profile) => (
          <Profile key={profile.name} profile={profile} settings={settings} onChange={change} />
        ))}
      </ul>
      <p className="number">
        <Term meaning="How probable the measured scores are under this model; larger is better. In natural logarithms, for standardised scores.">
          log marginal likelihood
        </Term>{" "}
        {formatNumber(model.logMarginalLikelihood)}
        {model.logPrior === null ? "" : `, log prior ${formatNumber(model.logPrior)}`} · mean{" "}
        {formatNumber(model.mean)}
        {model.jitter > 0 ? ` · jitter ${model.jitter.toExponential(0)}` : ""}
      </p>
    </div>
  );
}

const MEANINGS: Readonly<Record<HyperparameterName, string>> = {
  lengthscale: "How far apart in λ two scores still resemble each other.",
  outputscale: "Variance of the curve itself, in units of the scores' variance.",
  noise: "Variance of a score around the curve, in units of the scores' variance.",
};

/** A slider on its own likelihood. */
function Profile(props: {
  readonly profile: LikelihoodProfile;
  readonly settings: SearchSettings;
  readonly onChange: (change: Partial<SearchSettings>) => void;
}) {
  const { profile, settings, onChange } = props;
  const { name, values, at } = profile;
  const palette = usePalette();
  const spec = useMemo(() => likelihoodFigure(profile, palette), [profile, palette]);
  const isHeld = settings.fixed[name] !== undefined;
  const { below } = likelihoodAt(profile);
  const nearest = values.reduce((best, value, i) => {
    const distance = (other: number): number => Math.abs(Math.log(other / at));
    return distance(value) < distance(values[best] ?? value) ? i : best;
  }, 0);
  const hold = (value: number): void =>
    onChange({ fixed: { ...settings.fixed, [name]: name === "lengthscale" ? [value] : value } });
  const release = (): void => {
    const { [name]: _, ...others } = settings.fixed;
    onChange({ fixed: others });
  };
  return (
    <li className="profile">
      <Term meaning={MEANINGS[name]}>{name}</Term>
      <span className="number">{formatNumber(at)}</span>
      <div className="profile-curve">
        <Figure spec={spec} label={`Log marginal likelihood by ${name}`} />
        <input
          type="range"
          min={0}
          max={values.length - 1}
          value={nearest}
          aria-label={name}
          aria-valuetext={`${formatNumber(at)}${isHeld ? ", held" : ", estimated"}`}
          onChange={(event) => hold(values[Number(event.target.value)] ?? at)}
        />
      </div>
      <span className="quiet number">
        {below === null ? "cannot be factored" : `${below.toFixed(1)} below its best`}
      </span>
      {isHeld ? (
        <button type="button" className="link" onClick={release}>
          estimate
        </button>
      ) : (
        <span className="quiet">estimated</span>
      )}
    </li>
  );
}
