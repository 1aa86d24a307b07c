/** Merges of the present checkpoints by a method: its form made from its own description, and what came of each. */
import { useEffect } from "react";
import { decayOf } from "../../domain/decay.ts";
import type { MethodDescription, MethodOption, OptionValue } from "../../domain/mergeMethod.ts";
import { formatGain, formatScore, gainUnit } from "../../plots/format.ts";
import type { MethodRow } from "../../store/labState.ts";
import { methodBase, methodKey, pickedMethod } from "../../store/methods.ts";
import { isBusy } from "../../store/status.ts";
import { currentMeasure } from "../../store/subject.ts";
import { Choice } from "../components/Choice.tsx";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { ExportButton } from "../panels/ExportButton.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useWaysOn } from "../useWaysOn.ts";

/** Form and table. */
export function MethodsTab() {
  const list = useApp((state) => state.methods.list);
  const picked = useApp(pickedMethod);
  const status = useApp((state) => state.methods.status);
  const { listMethods, pickMethod, makeMerge, cancelMethod } = useActions();
  const ways = useWaysOn(() => void makeMerge());
  useEffect(() => void listMethods(), [listMethods]);
  return (
    <>
      <div className="row lab-tools">
        <Choice<string>
          label="method"
          value={picked?.name ?? null}
          options={(list ?? []).map(({ name, title }) => ({ value: name, label: title }))}
          onPick={pickMethod}
        />
        {picked === null ? null : <Options method={picked} />}
        {isBusy(status) ? (
          <WorkNote status={status} onCancel={cancelMethod} />
        ) : (
          <button type="button" className="button" onClick={() => void makeMerge()}>
            make and judge
          </button>
        )}
      </div>
      {picked === null ? null : (
        <p className="words method-words">
          {picked.summary} <code>{picked.formula}</code> <span className="quiet">{picked.paper}</span>
        </p>
      )}
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      <Rows />
    </>
  );
}

function Options({ method }: { readonly method: MethodDescription }) {
  const chosen = useApp((state) => state.methods.options[method.name]);
  const base = useApp(methodBase);
  const checkpoints = useApp((state) => state.run.info?.checkpoints);
  const { setMethodOption, pickMethodBase } = useActions();
  return (
    <>
      {method.needs.includes("base") ? (
        <Choice<string>
          label="base"
          value={base}
          options={(checkpoints ?? []).map(({ name }) => ({ value: name, label: name }))}
          onPick={pickMethodBase}
        />
      ) : null}
      {method.options.map((option) => (
        <Option
          key={option.name}
          option={option}
          value={chosen?.[option.name] ?? null}
          onChange={(value) => setMethodOption(option.name, value)}
        />
      ))}
    </>
  );
}

function Option(props: {
  readonly option: MethodOption;
  readonly value: OptionValue | null;
  readonly onChange: (value: OptionValue | null) => void;
}) {
  const { option, value, onChange } = props;
  if (option.kind === "numbers") return null;
  if (option.kind === "choice")
    return (
      <Choice<string>
        label={option.title.toLowerCase()}
        value={String(value ?? option.usual)}
        options={option.choices.map((choice) => ({ value: choice, label: choice }))}
        onPick={onChange}
      />
    );
  return (
    <label className="choice" title={option.summary}>
      <span className="quiet">{option.title}</span>
      <input
        className="number-field"
        type="number"
        min={option.least}
        max={option.most}
        step={option.kind === "integer" ? 1 : "any"}
        placeholder={String(option.usual ?? "")}
        value={value === null ? "" : String(value)}
        onChange={({ target }) => {
          const number = target.valueAsNumber;
          onChange(Number.isFinite(number) ? number : null);
        }}
      />
    </label>
  );
}

function Rows() {
  const all = useApp((state) => state.methods.rows);
  const key = useApp(methodKey);
  const measure = useApp(currentMeasure);
  const rows = all.filter((row) => row.key === key);
  if (rows.length === 0 || measure === null)
    return (
      <p className="quiet pad">
        Each merge that is made stands here with its score on the rows that chose it and on the others.
      </p>
    );
  return (
    <table className="lab-table number">
      <thead>
        <tr>
          <th scope="col">method</th>
          <th scope="col">weights, and the decay they stand for</th>
          <th scope="col">on these rows</th>
          <th scope="col">on the others</th>
          <th scope="col">over the better parent there, {gainUnit(measure)}</th>
          <th scope="col">p</th>
          <th scope="col" />
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={`${i} ${row.method}`}>
            <th scope="row">
              {row.method}
              <span className="quiet"> {optionWords(row)}</span>
            </th>
            <td>
              <Weights composed={row.composed} />
            </td>
            <td>{formatScore(measure, row.seen.merge)}</td>
            <td>{formatScore(measure, row.unseen.merge)}</td>
            <td>{formatGain(measure, row.unseen.delta, row.unseen.deltaStderr)}</td>
            <td>{row.unseen.pValue < 0.001 ? "< .001" : row.unseen.pValue.toFixed(3)}</td>
            <td>
              <ExportButton recipe={row.composed.recipe} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function optionWords({ options, base }: MethodRow): string {
  const words = Object.entries(options).map(([name, value]) => `${name} ${String(value)}`);
  return [...words, ...(base === null ? [] : [`base ${base}`])].join(", ");
}

const BAR = { width: 12, gap: 3, height: 28 } as const;

/** A bar a checkpoint, oldest first, and the step line of what is left of each stretch's updates. */
function Weights({ composed }: { readonly composed: MethodRow["composed"] }) {
  const { recipe, story } = composed;
  if (story.kind === "tensors")
    return <span className="quiet">tensor by tensor{story.rows === 0 ? "" : `, ${story.rows} rows`}</span>;
  const weights = recipe.coefficients;
  const left = decayOf(weights);
  const step = BAR.width + BAR.gap;
  const y = (share: number): number => BAR.height - share * (BAR.height - 2);
  const line = left
    .map((share, j) => `${j === 0 ? `M0,${y(1)}H${step}` : ""}V${y(share)}H${(j + 2) * step}`)
    .join("");
  const words = weights.map((weight) => weight.toFixed(3)).join(", ");
  const decay = left.map((share) => share.toFixed(2)).join(", ");
  return (
    <span className="weights">
      <svg
        width={weights.length * step}
        height={BAR.height + 1}
        role="img"
        aria-label={`weights ${words}; of each stretch's updates is left ${decay}`}
      >
        {weights.map((weight, i) => (
          <rect
            key={recipe.parents[i]}
            x={i * step}
            y={y(weight)}
            width={BAR.width}
            height={Math.max(0.5, BAR.height - y(weight))}
            className="weight-bar"
          />
        ))}
        <path d={line} className="weight-decay" />
      </svg>
      {words}
    </span>
  );
}
