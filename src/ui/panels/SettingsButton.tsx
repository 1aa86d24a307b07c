/** The search's settings: a line that says them, and opens to change them. */
import { SlidersHorizontal } from "lucide-react";
import { Popover } from "radix-ui";
import type { AcquisitionChoice, KernelName, NoiseKind, SearchSettings } from "../../domain/surrogate.ts";
import { ACQUISITION_LABELS } from "../../plots/format.ts";
import { Choice, type Option } from "../components/Choice.tsx";
import { useActions, useApp } from "../useApp.ts";

const ACQUISITIONS: readonly Option<AcquisitionChoice>[] = [
  { value: "hedge", label: "GP-Hedge of EI and UCB" },
  { value: "ei", label: "EI" },
  { value: "logei", label: "LogEI" },
  { value: "ucb", label: "UCB" },
  { value: "pi", label: "PI" },
  { value: "ts", label: "Thompson sampling" },
];
const KERNELS: readonly Option<KernelName>[] = [
  { value: "matern52", label: "Matérn 5/2" },
  { value: "matern32", label: "Matérn 3/2" },
  { value: "rbf", label: "squared exponential" },
];
const NOISES: readonly Option<NoiseKind>[] = [
  { value: "fitted", label: "fitted" },
  { value: "known", label: "known: each standard error" },
  { value: "none", label: "none: exact scores" },
];
const NUMBERS = [
  { name: "alpha", label: "α, least weight of the newer", min: 0, max: 0.95, step: 0.05 },
  { name: "beta", label: "β of UCB", min: 0, max: 20, step: 0.25 },
  { name: "trials", label: "trials", min: 4, max: 100, step: 1 },
  { name: "seed", label: "seed", min: 0, max: 2 ** 31, step: 1 },
] as const;

/** Error rates of early stopping; the papers measure every merge to the last item. */
const RACES: readonly { readonly value: string; readonly label: string }[] = [
  { value: "off", label: "off" },
  { value: "0.05", label: "wrong 5 times in 100" },
  { value: "0.01", label: "wrong once in 100" },
];

/** "α 0.5 · GP-Hedge · 12 trials · seed 0"; names the rows only when they are not all. */
function settingsWords({ alpha, acquisition, trials, seed }: SearchSettings, limit: number | null): string {
  const name = acquisition === "hedge" ? "GP-Hedge" : ACQUISITION_LABELS[acquisition];
  const rows = limit === null ? "" : `first ${limit} items · `;
  return `${rows}α ${alpha} · ${name} · ${trials} trials · seed ${seed}`;
}

/** The line and what opens from it. */
export function SettingsButton() {
  const settings = useApp(({ subject }) => subject.settings);
  const limit = useApp(({ subject }) => subject.limit);
  const race = useApp(({ subject }) => subject.race);
  const { changeSettings, pickLimit, pickRace } = useActions();
  const words = settingsWords(settings, limit);
  return (
    <Popover.Root>
      <Popover.Trigger
        className="button"
        aria-label={`Settings of the search: ${words}`}
        title="settings of the search"
      >
        <SlidersHorizontal size={13} aria-hidden="true" />
        <span className="number">{words}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover form" sideOffset={6} align="end" collisionPadding={8}>
          <Choice
            label="acquisition"
            value={settings.acquisition}
            options={ACQUISITIONS}
            onPick={(acquisition) => changeSettings({ acquisition })}
          />
          {NUMBERS.map(({ name, ...field }) => (
            <NumberField
              key={name}
              {...field}
              value={settings[name]}
              onChange={(value) => changeSettings({ [name]: value })}
            />
          ))}
          <NumberField
            label="items, the first so many; empty for all"
            value={limit}
            min={1}
            max={1e6}
            step={1}
            onChange={pickLimit}
            onClear={() => pickLimit(null)}
          />
          <Choice<string>
            label="stop merges that are already decided"
            value={race === null ? "off" : String(race.errorRate)}
            options={RACES}
            onPick={(rate) => pickRace(rate === "off" ? null : { errorRate: Number(rate) })}
          />
          <Choice
            label="noise"
            value={settings.noise}
            options={NOISES}
            onPick={(noise) => changeSettings({ noise })}
          />
          <Choice
            label="kernel"
            value={settings.kernel}
            options={KERNELS}
            onPick={(kernel) => changeSettings({ kernel })}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function NumberField(props: {
  readonly label: string;
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  /** Where an empty field means something. */
  readonly onClear?: () => void;
}) {
  const { label, value, min, max, step, onChange, onClear } = props;
  return (
    <label className="choice">
      <span className="quiet">{label}</span>
      <input
        className="number"
        type="number"
        defaultValue={value ?? ""}
        min={min}
        max={max}
        step={step}
        onChange={({ target }) => {
          if (target.value === "" && target.validity.valid) onClear?.();
          else if (target.validity.valid && Number.isFinite(target.valueAsNumber))
            onChange(target.valueAsNumber);
        }}
      />
    </label>
  );
}
