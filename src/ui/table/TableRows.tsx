/** The table itself: each score with what the others predict of it; rows go, and new scores come in. */
import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { formatLambda, formatScore } from "../../plots/format.ts";
import { TABLE_MEASURE } from "../../plots/tableLandscape.ts";
import { Panel } from "../components/Panel.tsx";
import { useActions, useApp } from "../useApp.ts";

const IDLE = { kind: "idle" } as const;

/** Rows and the form that adds one. */
export function TableRows() {
  const table = useApp((state) => state.table.table);
  const loo = useApp((state) => state.table.suggestion?.loo ?? null);
  const { removeRow } = useActions();
  if (table === null) return null;
  const isPair = table.rows[0]?.weights.length === 2;
  return (
    <Panel area="rows" title="Rows" status={IDLE} tools={<AddRow />}>
      <div className="scroll">
        <table className="lab-table">
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">{isPair ? "λ" : "weights, oldest first"}</th>
              <th scope="col">score</th>
              <th scope="col">predicted from the others</th>
              <th scope="col">
                <span className="unseen">remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, i) => (
              <tr key={i}>
                <th scope="row" className="number">
                  {i + 1}
                </th>
                <td className="number">
                  {isPair
                    ? formatLambda(row.weights[1] ?? 0, 3)
                    : row.weights.map((weight) => formatLambda(weight, 3)).join(" : ")}
                </td>
                <td className="number">{formatScore(TABLE_MEASURE, row)}</td>
                <td className="number">
                  {loo?.mean[i] === undefined
                    ? "–"
                    : formatScore(TABLE_MEASURE, { value: loo.mean[i], stderr: loo.std[i] ?? null })}
                </td>
                <td>
                  {table.rows.length < 2 ? null : (
                    <button
                      type="button"
                      className="icon"
                      aria-label={`Remove row ${i + 1}`}
                      onClick={() => void removeRow(i)}
                    >
                      <X size={14} aria-hidden="true" />
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** A newly measured score: λ (or weights), score, standard error. */
function AddRow() {
  const parents = useApp((state) => state.table.table?.rows[0]?.weights.length ?? 2);
  const next = useApp((state) => state.table.suggestion?.next ?? null);
  const { addRow } = useActions();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const example =
    next === null
      ? "0.5, 0.61"
      : `${(next.lambda === null ? next.weights : [next.lambda]).map((w) => formatLambda(w, 3)).join(", ")}, score`;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const numbers = text
      .split(/[,\s]+/)
      .filter(Boolean)
      .map(Number);
    const given = parents === 2 ? 1 : parents;
    const weights =
      parents === 2 ? [1 - (numbers[0] ?? Number.NaN), numbers[0] ?? Number.NaN] : numbers.slice(0, given);
    const [value, stderr = null] = numbers.slice(given);
    const sum = weights.reduce((a, b) => a + b, 0);
    const isMix = weights.every((weight) => weight >= 0) && Math.abs(sum - 1) < 1e-3;
    if (!isMix || value === undefined || !numbers.every(Number.isFinite) || numbers.length > given + 2) {
      const what = parents === 2 ? "λ" : `${parents} weights that sum to 1`;
      setProblem(`Give ${what}, the score, and its standard error if known.`);
      return;
    }
    setProblem(null);
    setText("");
    void addRow({ weights, value, stderr });
  };
  return (
    <form className="row" onSubmit={submit}>
      {problem === null ? null : (
        <span className="bad" role="alert">
          {problem}
        </span>
      )}
      <input
        className="add-row number"
        aria-label="A new score: weights, score, standard error"
        placeholder={example}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button">
        add a score
      </button>
    </form>
  );
}
