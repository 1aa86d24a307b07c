/**
 * The handles over the trajectory that pick the parents: drag them, click a checkpoint, or use the arrow keys; Delete
 * takes one of more than two away.
 */
import { type CSSProperties, type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { frameLeft, frameValue } from "../../plots/figure.ts";
import { STRIP_RANGE } from "../../plots/trajectory.ts";

const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

/** Positions are in strip units; `parents` holds rising indices, two or more. */
export function ParentHandles(props: {
  readonly positions: readonly number[];
  readonly labels: readonly string[];
  readonly parents: readonly number[];
  /** One a parent, oldest first. */
  readonly colours: readonly string[];
  readonly onPick: (parents: readonly number[]) => void;
}) {
  const { positions, labels, parents, colours, onPick } = props;
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const distance = (k: number, at: number): number => Math.abs((positions[k] ?? 0) - at);

  const nearest = (event: PointerEvent): number => {
    const bounds = box.current?.getBoundingClientRect();
    if (bounds === undefined) return 0;
    const at = frameValue(event.clientX - bounds.left, bounds.width, STRIP_RANGE);
    return positions.reduce((best, _, k) => (distance(k, at) < distance(best, at) ? k : best), 0);
  };
  /** A handle stops beside its neighbours, so that older stays older. */
  const moveTo = (which: number, wanted: number): void => {
    const least = (parents[which - 1] ?? -1) + 1;
    const most = (parents[which + 1] ?? positions.length) - 1;
    const next = Math.min(most, Math.max(least, wanted));
    if (next !== parents[which]) onPick(parents.map((parent, i) => (i === which ? next : parent)));
  };
  const grab = (event: PointerEvent): void => {
    const index = nearest(event);
    const at = positions[index] ?? 0;
    const which = parents.reduce(
      (best, parent, i) => (distance(parent, at) < distance(parents[best] ?? 0, at) ? i : best),
      0,
    );
    if (event.shiftKey) {
      onPick(parents.includes(index) ? parents.filter((parent) => parent !== index) : [...parents, index]);
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragged(which);
    moveTo(which, index);
  };
  const press = (which: number) => (event: KeyboardEvent) => {
    if (event.key === "Delete" && parents.length > 2) onPick(parents.filter((_, i) => i !== which));
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    moveTo(which, (parents[which] ?? 0) + by);
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
      {parents.map((parent, which) => (
        <div
          key={which}
          className={classOf(which, parents.length, positions[parent] ?? 0)}
          style={styleOf(positions[parent] ?? 0, colours[which])}
          role="slider"
          tabIndex={0}
          aria-label={nameOf(which, parents.length)}
          aria-valuemin={0}
          aria-valuemax={positions.length - 1}
          aria-valuenow={parent}
          aria-valuetext={labels[parent]}
          onKeyDown={press(which)}
        >
          <span>{wordOf(which, parents.length)}</span>
        </div>
      ))}
    </div>
  );
}

function classOf(which: number, count: number, position: number): string {
  const side = which === 0 ? "older" : which === count - 1 ? "newer" : "between";
  return `handle ${side}${position > 0.94 ? " at-end" : ""}`;
}

function styleOf(position: number, colour: string | undefined): CSSProperties {
  return { left: frameLeft(position, STRIP_RANGE), ...(colour === undefined ? {} : { color: colour }) };
}

function wordOf(which: number, count: number): string {
  if (count === 2) return which === 0 ? "older" : "newer";
  return which === 0 ? "oldest" : which === count - 1 ? "newest" : `${which + 1}`;
}

function nameOf(which: number, count: number): string {
  if (count === 2) return which === 0 ? "Older parent" : "Newer parent";
  return `Parent ${which + 1} of ${count}`;
}
