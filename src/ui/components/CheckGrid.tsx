/** Many boxes to tick, in a grid that is one stop for the tab key; arrows move in it. */
import { type KeyboardEvent, useRef, useState } from "react";

/** One box. */
export type CheckBox = { readonly value: string; readonly label: string; readonly checked: boolean };

/** The grid under its label. */
export function CheckGrid(props: {
  readonly label: string;
  readonly boxes: readonly CheckBox[];
  readonly onToggle: (value: string) => void;
  /** For names instead of numbers. */
  readonly isWide?: boolean;
}) {
  const { label, boxes, onToggle } = props;
  const grid = useRef<HTMLFieldSetElement>(null);
  const [focused, setFocused] = useState(0);
  const stop = Math.min(focused, boxes.length - 1);
  const press = (event: KeyboardEvent): void => {
    const inputs = [...(grid.current?.querySelectorAll("input") ?? [])];
    const next = neighbour(inputs, stop, event.key);
    if (next === null) return;
    event.preventDefault();
    inputs[next]?.focus();
  };
  return (
    <fieldset ref={grid} className={props.isWide === true ? "checks wide" : "checks"} onKeyDown={press}>
      <legend className="quiet">{label}</legend>
      {boxes.map(({ value, label: words, checked }, index) => (
        <label key={value} className="check number" title={value}>
          <input
            type="checkbox"
            aria-label={value}
            checked={checked}
            tabIndex={index === stop ? 0 : -1}
            onFocus={() => setFocused(index)}
            onChange={() => onToggle(value)}
          />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Where an arrow leads: rows are as the browser broke them. */
function neighbour(inputs: readonly HTMLElement[], from: number, key: string): number | null {
  const last = inputs.length - 1;
  const at = (index: number) => inputs[index]?.getBoundingClientRect();
  const here = at(from);
  if (here === undefined) return null;
  const inColumn = (direction: 1 | -1): number => {
    for (let k = from + direction; k >= 0 && k <= last; k += direction) {
      const there = at(k);
      if (there !== undefined && there.top !== here.top && Math.abs(there.left - here.left) < 2) return k;
    }
    return from;
  };
  switch (key) {
    case "ArrowRight":
      return Math.min(last, from + 1);
    case "ArrowLeft":
      return Math.max(0, from - 1);
    case "ArrowDown":
      return inColumn(1);
    case "ArrowUp":
      return inColumn(-1);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
