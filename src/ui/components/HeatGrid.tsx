/** The heat map as a grid that arrow keys walk: one cell is in the tab order, Enter opens it. */
import { type KeyboardEvent, memo, useRef, useState } from "react";
import type { HeatCell } from "../../plots/heatMap.ts";

type Place = readonly [row: number, column: number];
const KEYS: Readonly<Record<string, Place>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Rows of the lower triangle. `open` is the place of the pair that the rest of the page shows. */
export function HeatGrid(props: {
  readonly rows: readonly (readonly HeatCell[])[];
  readonly ticks: readonly string[];
  readonly open: Place | null;
  readonly onOpen: (older: number, newer: number) => void;
  readonly onLook: (description: string | null) => void;
}) {
  const { rows, ticks, open, onOpen, onLook } = props;
  const grid = useRef<HTMLTableElement>(null);
  const [focused, setFocused] = useState<Place | null>(null);
  const [row, column] = focused ?? open ?? [rows.length - 1, 0];
  const press = (event: KeyboardEvent): void => {
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const nextRow = Math.min(rows.length - 1, Math.max(0, row + by[0]));
    const nextColumn = Math.min(nextRow, Math.max(0, column + by[1]));
    grid.current?.querySelector<HTMLElement>(`[data-cell="${nextRow} ${nextColumn}"]`)?.focus();
  };
  return (
    <table
      ref={grid}
      className="heat"
      style={rows.length > FEW ? undefined : { width: `${2.5 + 2.1 * rows.length}rem` }}
      onKeyDown={press}
      onPointerLeave={() => onLook(null)}
    >
      <caption className="unseen">
        Merges of pairs: columns are the older checkpoint, rows the newer one
      </caption>
      <colgroup>
        <col className="heat-names" />
      </colgroup>
      <tbody>
        {rows.map((cells, j) => (
          <tr key={`${j} ${ticks[j]}`}>
            <th scope="row" title={ticks[j]}>
              {ticks[j]}
            </th>
            {cells.map((cell, i) => (
              <Cell
                key={`${i} ${ticks[i]}`}
                cell={cell}
                isOpen={open !== null && j === open[0] && i === open[1]}
                tabbable={j === row && i === column}
                onOpen={onOpen}
                onLook={onLook}
                onFocus={setFocused}
              />
            ))}
          </tr>
        ))}
        <tr>
          <td />
          {ticks.map((tick, i) => (
            <th key={`${i} ${tick}`} scope="col" title={tick}>
              {tick}
            </th>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

/** As many stand beside the legend with cells no wider than a number. */
const FEW = 7;

type CellProps = {
  readonly cell: HeatCell;
  readonly isOpen: boolean;
  readonly tabbable: boolean;
  readonly onOpen: (older: number, newer: number) => void;
  readonly onLook: (description: string | null) => void;
  readonly onFocus: (place: Place) => void;
};

const Cell = memo(function Cell({ cell, isOpen, tabbable, onOpen, onLook, onFocus }: CellProps) {
  const { row, column, kind, description, ground, ink } = cell;
  const marks = `${kind}${cell.uncertain ? " uncertain" : ""}${isOpen ? " open" : ""}`;
  return (
    <td>
      <button
        type="button"
        className={`heat-cell ${marks}`}
        style={ground === null || ink === null ? undefined : { backgroundColor: ground, color: ink }}
        data-cell={`${row} ${column}`}
        tabIndex={tabbable ? 0 : -1}
        aria-label={description}
        aria-current={isOpen}
        onClick={() => kind !== "own" && onOpen(column, row)}
        onPointerEnter={() => onLook(description)}
        onFocus={() => {
          onFocus([row, column]);
          onLook(description);
        }}
      >
        {cell.text}
      </button>
    </td>
  );
});
