/** The outline of a region of circles, inside some and outside the others, as an SVG path made of arcs. Pure. */

type Circle = { readonly x: number; readonly y: number; readonly r: number };

type Arc = {
  readonly circle: Circle;
  readonly from: number;
  readonly to: number;
  readonly isForward: boolean;
};

/**
 * The path, filled by `evenodd`; "" where the region does not appear. Arcs between crossings bound the region if it lies on one of
 * their two sides; joined at their ends they go around it.
 */
export function regionPath(circles: readonly Circle[], members: readonly number[]): string {
  const arcs = circles.flatMap((circle, i) => boundingArcs(circles, circle, i, members));
  return loopsOf(arcs)
    .map((loop) => `${loop.map((arc, i) => arcText(arc, i === 0)).join("")}Z`)
    .join("");
}

function boundingArcs(
  circles: readonly Circle[],
  circle: Circle,
  place: number,
  members: readonly number[],
): readonly Arc[] {
  if (circle.r <= 0) return [];
  const angles = circles
    .flatMap((other, i) => (i === place ? [] : crossings(circle, other)))
    .sort((a, b) => a - b);
  // A circle that is not crossed is two halves.
  const cuts = angles.length === 0 ? [0, Math.PI] : angles;
  return cuts.flatMap((from, k) => {
    const to = cuts[k + 1] ?? cuts[0]! + 2 * Math.PI;
    const middle = (from + to) / 2;
    const [x, y] = [circle.x + circle.r * Math.cos(middle), circle.y + circle.r * Math.sin(middle)];
    const others = circles.flatMap((other, i) => (i !== place && isInside(other, x, y) ? [i] : []));
    const isOwn = members.includes(place);
    const isSame =
      others.length === members.length - (isOwn ? 1 : 0) && others.every((one) => members.includes(one));
    return isSame ? [{ circle, from, to, isForward: isOwn }] : [];
  });
}

/** Angles on the first circle where the second crosses it. */
function crossings(a: Circle, b: Circle): readonly number[] {
  const d = Math.hypot(b.x - a.x, b.y - a.y);
  if (d >= a.r + b.r || d <= Math.abs(a.r - b.r)) return [];
  const towards = Math.atan2(b.y - a.y, b.x - a.x);
  const half = Math.acos((d * d + a.r * a.r - b.r * b.r) / (2 * d * a.r));
  return [towards - half, towards + half].map((angle) => (angle + 4 * Math.PI) % (2 * Math.PI));
}

function isInside({ x, y, r }: Circle, px: number, py: number): boolean {
  return (px - x) ** 2 + (py - y) ** 2 < r * r;
}

/** Each arc is followed by the one that begins nearest to its end. */
function loopsOf(arcs: readonly Arc[]): readonly (readonly Arc[])[] {
  const rest = [...arcs];
  const loops: Arc[][] = [];
  while (rest.length > 0) {
    const loop = [rest.shift()!];
    const start = endOf(loop[0]!, false);
    while (rest.length > 0) {
      const end = endOf(loop.at(-1)!, true);
      const distances = rest.map((arc) => apart(end, endOf(arc, false)));
      const best = distances.indexOf(Math.min(...distances));
      if (apart(end, start) <= distances[best]!) break;
      loop.push(...rest.splice(best, 1));
    }
    loops.push(loop);
  }
  return loops;
}

function apart(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function endOf({ circle, from, to, isForward }: Arc, isLast: boolean): readonly [number, number] {
  const angle = isLast === isForward ? to : from;
  return [circle.x + circle.r * Math.cos(angle), circle.y + circle.r * Math.sin(angle)];
}

function arcText(arc: Arc, isFirst: boolean): string {
  const text = (point: readonly [number, number]): string => point.map((value) => value.toFixed(2)).join(",");
  const { circle, from, to, isForward } = arc;
  const flags = `${to - from > Math.PI ? 1 : 0} ${isForward ? 1 : 0}`;
  const start = isFirst ? `M${text(endOf(arc, false))}` : "";
  return `${start}A${circle.r.toFixed(2)},${circle.r.toFixed(2)} 0 ${flags} ${text(endOf(arc, true))}`;
}
