/** The two handles over the trajectory that pick the parents: drag them, click a checkpoint, or use the arrow keys. */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { frameLeft, frameValue } from "../../plots/figure.ts";
import { STRIP_RANGE } from "../../plots/trajectory.ts";

type Which = 0 | 1;
const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

/** Positions are in strip units; `pair` holds indices, older first. */
export function ParentHandles(props: {
  readonly positions: readonly number[];
  readonly labels: readonly string[];
  readonly pair: readonly [number, number];
  readonly onPick: (older: number, newer: number) => void;
}) {
  const { positions, labels, pair, onPick } = props;
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<Which | null>(null);
  const distance = (k: number, at: number): number => Math.abs((positions[k] ?? 0) - at);

  const nearest = (event: PointerEvent): number => {
    const bounds = box.current?.getBoundingClientRect();
    if (bounds === undefined) return 0;
    const at = frameValue(event.clientX - bounds.left, bounds.width, STRIP_RANGE);
    return positions.reduce((best, _, k) => (distance(k, at) < distance(best, at) ? k : best), 0);
  };
  /** A handle stops beside the other one, so that older stays older. */
  const moveTo = (which: Which, wanted: number): void => {
    const [older, newer] = pair;
    const next = which === 0 ? Math.min(wanted, newer - 1) : Math.max(wanted, older + 1);
    if (next < 0 || next >= positions.length || next === pair[which]) return;
    onPick(which === 0 ? next : older, which === 0 ? newer : next);
  };
  const grab = (event: PointerEvent): void => {
    const index = nearest(event);
    const at = positions[index] ?? 0;
    const which = distance(pair[0], at) <= distance(pair[1], at) ? 0 : 1;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragged(which);
    moveTo(which, index);
  };
  const press = (which: Which) => (event: KeyboardEvent) => {
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    moveTo(which, pair[which] + by);
  };
  return (
    <div
      ref={box}
      className="handles"
      role="presentation"
      onPointerDown={grab}
      onPointerMove={(event) => dragged !== null && moveTo(dragged, nearest(event))}
      onPointerUp={() => setDragged(null)}
      onPointerCancel={() => setDragged(null)}
    >
      {([0, 1] as const).map((which) => (
        <div
          key={which}
          className={`handle ${which === 0 ? "older" : "newer"}${(positions[pair[which]] ?? 0) > 0.94 ? " at-end" : ""}`}
          style={{ left: frameLeft(positions[pair[which]] ?? 0, STRIP_RANGE) }}
          role="slider"
          tabIndex={0}
          aria-label={which === 0 ? "Older parent" : "Newer parent"}
          aria-valuemin={0}
          aria-valuemax={positions.length - 1}
          aria-valuenow={pair[which]}
          aria-valuetext={labels[pair[which]]}
          onKeyDown={press(which)}
        >
          <span>{which === 0 ? "older" : "newer"}</span>
        </div>
      ))}
    </div>
  );
}
