/** The search's settings: a line that says them, and opens to change them. */
import { SlidersHorizontal } from "lucide-react";
import { Popover } from "radix-ui";
import type { SearchSettings } from "../../domain/surrogate.ts";
import { ACQUISITION_LABELS } from "../../plots/format.ts";
import { Choice } from "../components/Choice.tsx";
import {
  ACQUISITION_OPTIONS,
  ESTIMATE_OPTIONS,
  KERNEL_OPTIONS,
  NOISE_OPTIONS,
} from "../lab/searchOptions.ts";
import { useActions, useApp } from "../useApp.ts";

const NUMBERS = [
  { name: "alpha", label: "α, least weight of the newer", min: 0, max: 0.95, step: 0.05 },
  { name: "beta", label: "β of UCB = μ + βσ", min: 0, max: 20, step: 0.25 },
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
            options={ACQUISITION_OPTIONS}
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
            options={NOISE_OPTIONS}
            onPick={(noise) => changeSettings({ noise })}
          />
          <Choice
            label="kernel"
            value={settings.kernel}
            options={KERNEL_OPTIONS}
            onPick={(kernel) => changeSettings({ kernel })}
          />
          <Choice
            label="hyper-parameters"
            value={settings.estimate}
            options={ESTIMATE_OPTIONS}
            onPick={(estimate) => changeSettings({ estimate })}
          />
          <HeldWords />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** What is held by hand, which the laboratory sets. */
function HeldWords() {
  const fixed = useApp(({ subject }) => subject.settings.fixed);
  const { changeSettings } = useActions();
  const held = Object.entries(fixed).map(([name, value]) => `${name} ${[value].flat().join(", ")}`);
  if (held.length === 0) return null;
  return (
    <p className="quiet">
      held: {held.join("; ")}{" "}
      <button type="button" className="link" onClick={() => changeSettings({ fixed: {} })}>
        estimate all
      </button>
    </p>
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
