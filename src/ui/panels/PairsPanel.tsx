/** The heat map of all pairs, filling live; a click or Enter opens a pair in the landscape. */
import { useMemo, useState } from "react";
import type { Measure } from "../../domain/measure.ts";
import type { MatrixCell, MatrixRule, Score } from "../../domain/study.ts";
import { formatGain, gainUnit, shortLabel } from "../../plots/format.ts";
import { deltaLimit, heatRows, type Lens, matrixSummary } from "../../plots/heatMap.ts";
import { currentMatrix, pairCount } from "../../store/matrix.ts";
import { IDLE, isBusy } from "../../store/status.ts";
import { currentMeasure } from "../../store/subject.ts";
import { Choice, type Option } from "../components/Choice.tsx";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { HeatGrid } from "../components/HeatGrid.tsx";
import { Panel } from "../components/Panel.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useCheckpoints, useLabels } from "../useCheckpoints.ts";
import { usePalette } from "../useTheme.ts";
import { useWaysOn } from "../useWaysOn.ts";

const NO_CELLS: readonly MatrixCell[] = [];
const NO_SCORES: readonly Score[] = [];
const RULES: readonly Option<MatrixRule>[] = [
  { value: "uniform", label: "uniform, λ = 0.5" },
  { value: "greedy", label: "greedy soup" },
  { value: "perplexity", label: "perplexity-weighted" },
  { value: "optimize", label: "searched λ" },
];

/** The heat map with its rule and its legend. */
export function PairsPanel() {
  const entry = useApp(currentMatrix);
  const names = useApp(({ matrix }) => matrix.checkpoints);
  const measure = useApp(currentMeasure);
  const pair = useApp(({ subject }) => subject.parents);
  const actions = useActions();
  const palette = usePalette();
  const labels = useLabels(names);
  const checkpoints = useCheckpoints();
  const [looked, setLooked] = useState<string | null>(null);
  const [lens, setLens] = useState<Lens>("each");
  const cells = entry?.cells ?? NO_CELLS;
  const diagonal = entry?.diagonal ?? NO_SCORES;
  const rows = useMemo(() => {
    if (measure === null) return [];
    return heatRows({ measure, labels, diagonal, cells, lens }, palette);
  }, [measure, labels, diagonal, cells, lens, palette]);
  const status = entry?.status ?? IDLE;
  const [older, newer] = (pair ?? []).map((name) => names.indexOf(name));
  const isShown =
    pair?.length === 2 && older !== undefined && newer !== undefined && older >= 0 && newer >= 0;
  const ways = useWaysOn(() => void actions.runMatrix());
  return (
    <Panel
      area="pairs"
      title="Pairs"
      status={status}
      note={
        entry?.origin === "shipped" && !isBusy(status) ? (
          <span className="origin">shipped results</span>
        ) : null
      }
      tools={
        isBusy(status) ? (
          <WorkNote status={status} onCancel={actions.cancelMatrix} />
        ) : (
          <PairsTools found={cells.length} />
        )
      }
    >
      <div className="pairs">
        <HeatGrid
          rows={rows}
          ticks={names.map((name) =>
            shortLabel(checkpoints.find((one) => one.name === name) ?? { name, step: null }),
          )}
          open={isShown ? [newer, older] : null}
          onOpen={(i, j) => actions.pickParents([names[i] ?? "", names[j] ?? ""])}
          onLook={setLooked}
        />
        <HeatLegend cells={cells} measure={measure} lens={lens} onLens={setLens} />
      </div>
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      <p className="look number">
        {looked ?? (cells.length === 0 ? "" : matrixSummary(cells, pairCount(names.length), lens))}
      </p>
    </Panel>
  );
}

function PairsTools({ found }: { readonly found: number }) {
  const rule = useApp(({ matrix }) => matrix.rule);
  const total = pairCount(useApp(({ matrix }) => matrix.checkpoints.length));
  const { pickRule, runMatrix } = useActions();
  const words =
    found === 0
      ? `measure ${total} ${total === 1 ? "pair" : "pairs"}`
      : found < total
        ? "continue"
        : "run again";
  return (
    <>
      <Choice label="rule" hideLabel value={rule} options={RULES} onPick={pickRule} />
      <button type="button" className="button" disabled={total === 0} onClick={() => void runMatrix()}>
        {words}
      </button>
    </>
  );
}

function HeatLegend(props: {
  readonly cells: readonly MatrixCell[];
  readonly measure: Measure | null;
  readonly lens: Lens;
  readonly onLens: (lens: Lens) => void;
}) {
  const { cells, measure, lens, onLens } = props;
  if (measure === null || cells.length === 0) {
    return (
      <div className="heat-legend quiet">
        Each pair's merge against its better parent will fill in here. Click a cell to open its pair.
      </div>
    );
  }
  const limit = deltaLimit(cells);
  const beyond = cells.some(({ delta }) => -delta > limit);
  return (
    <div className="heat-legend quiet">
      <p>Δ to the better parent, {gainUnit(measure)}</p>
      <div className="ramp" aria-hidden="true" />
      <div className="ramp-ends number">
        <span>
          {beyond ? "≤ " : ""}
          {formatGain(measure, -limit, null)}
        </span>
        <span>0</span>
        <span>{formatGain(measure, limit, null)}</span>
      </div>
      <p>
        <span className="swatch uncertain" aria-hidden="true" />{" "}
        {lens === "each" ? "under 2 standard errors" : "not certain among all"}
      </p>
      <label className="lens">
        <input
          type="checkbox"
          checked={lens === "all"}
          onChange={({ target }) => onLens(target.checked ? "all" : "each")}
        />{" "}
        corrected for {cells.length} pairs
      </label>
    </div>
  );
}
