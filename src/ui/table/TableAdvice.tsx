/** What to measure next, and whether the model that says so is to be trusted. */
import { ACQUISITION_LABELS, formatLambda, formatNumber, formatScore } from "../../plots/format.ts";
import { healthSentences } from "../../plots/modelHealth.ts";
import { gridOf, TABLE_MEASURE } from "../../plots/tableLandscape.ts";
import { Choice } from "../components/Choice.tsx";
import { CopyButton } from "../components/CopyButton.tsx";
import { Panel } from "../components/Panel.tsx";
import {
  ESTIMATE_OPTIONS,
  KERNEL_OPTIONS,
  MODEL_ACQUISITION_OPTIONS,
  NOISE_OPTIONS,
} from "../lab/searchOptions.ts";
import { useActions, useApp } from "../useApp.ts";

const IDLE = { kind: "idle" } as const;
const BATCHES = ["1", "2", "3", "4", "8"].map((value) => ({ value, label: value }));
const ALPHAS = ["0", "0.5", "0.7", "0.9"].map((value) => ({ value, label: value }));

/** Next weights, settings, health. */
export function TableAdvice() {
  const suggestion = useApp((state) => state.table.suggestion);
  const settings = useApp((state) => state.table.settings);
  const table = useApp((state) => state.table.table);
  if (settings === null || table === null) return null;
  return (
    <Panel area="advice" title="Measure next" status={IDLE}>
      <div className="advice">
        <Settings />
        {suggestion === null ? null : (
          <>
            <ol className="batch">
              {suggestion.batch.map((nominee, i) => (
                <li key={i} className={i === 0 ? "large number" : "number"}>
                  {nominee.lambda === null
                    ? nominee.weights.map((weight) => formatLambda(weight, 3)).join(" : ")
                    : `λ = ${formatLambda(nominee.lambda, 3)}`}
                  <span className="quiet">
                    {" "}
                    expected{" "}
                    {formatScore(TABLE_MEASURE, {
                      value: nominee.posterior.mean,
                      stderr: nominee.posterior.std,
                    })}
                  </span>
                </li>
              ))}
            </ol>
            <p className="row">
              <CopyButton
                label="copy the weights"
                text={() => suggestion.batch.map(({ weights }) => weights.join(",")).join("\n")}
              />
              <span className="quiet">
                {ACQUISITION_LABELS[settings.acquisition]}
                {suggestion.batch.length > 1 ? ", each as if those before had come out as expected" : ""}
              </span>
            </p>
            <Model />
          </>
        )}
      </div>
    </Panel>
  );
}

function Settings() {
  const settings = useApp((state) => state.table.settings);
  const hasErrors = useApp(
    (state) => state.table.table?.rows.every(({ stderr }) => stderr !== null) === true,
  );
  const { changeTable } = useActions();
  if (settings === null) return null;
  const noises = hasErrors ? NOISE_OPTIONS : NOISE_OPTIONS.filter(({ value }) => value !== "known");
  return (
    <div className="settings-grid">
      <Choice
        label="acquisition"
        value={settings.acquisition}
        options={MODEL_ACQUISITION_OPTIONS}
        onPick={(acquisition) => void changeTable({ acquisition })}
      />
      <Choice
        label="side by side"
        value={String(settings.batch)}
        options={BATCHES}
        onPick={(batch) => void changeTable({ batch: Number(batch) })}
      />
      <Choice
        label="kernel"
        value={settings.kernel}
        options={KERNEL_OPTIONS}
        onPick={(kernel) => void changeTable({ kernel })}
      />
      <Choice
        label="α, least weight of the newest"
        value={String(settings.alpha)}
        options={ALPHAS}
        onPick={(alpha) => void changeTable({ alpha: Number(alpha) })}
      />
      <Choice
        label="noise"
        value={settings.noise}
        options={noises}
        onPick={(noise) => void changeTable({ noise })}
      />
      <Choice
        label="estimated by"
        value={settings.estimate}
        options={ESTIMATE_OPTIONS}
        onPick={(estimate) => void changeTable({ estimate })}
      />
    </div>
  );
}

function Model() {
  const suggestion = useApp((state) => state.table.suggestion);
  const alpha = useApp((state) => state.table.settings?.alpha ?? 0);
  if (suggestion === null) return null;
  const { model, loo, incumbent } = suggestion;
  const lengthscale = [model.lengthscale].flat();
  const sentences = healthSentences({
    model: { ...model, lengthscale },
    incumbent,
    grid: gridOf(suggestion, alpha),
    leaveOneOut: loo,
  });
  return (
    <>
      <ul className="sentences" aria-label="Health of the model">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p className="quiet number">
        lengthscale {lengthscale.map(formatNumber).join(", ")} · outputscale {formatNumber(model.outputscale)}{" "}
        · noise {formatNumber(model.noiseVariance)} · log marginal likelihood{" "}
        {formatNumber(model.logMarginalLikelihood)}
        {model.logPrior === null ? "" : `, log prior ${formatNumber(model.logPrior)}`}, in standardised units
      </p>
    </>
  );
}
