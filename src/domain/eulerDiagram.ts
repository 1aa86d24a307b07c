/**
 * Two or three overlapping circles whose areas are the sizes of sets. Two circles can always be true; three are placed by
 * their pairs, so that the region of all three is what it comes to, which is told. Units are those of √count. Pure.
 */

/** One circle. */
export type Circle = { readonly x: number; readonly y: number; readonly r: number };

/** Size of a region: inside these sets, outside the others. */
export type RegionCount = { readonly members: readonly number[]; readonly count: number };

/** The drawing, and how true it is. */
export type EulerDiagram = {
  readonly circles: readonly Circle[];
  /** For each region given: where its label stands (`null` where the region does not appear) and the area it has drawn. */
  readonly regions: readonly (RegionCount & {
    readonly anchor: readonly [x: number, y: number] | null;
    /** Radius of the largest circle around the anchor inside the region. */
    readonly room: number;
    readonly area: number;
  })[];
  /** Largest |area − count| in parts of the whole. */
  readonly error: number;
};

/** Cells of the grid that areas and anchors are taken from, a side: areas are right to about 0.2 %. */
const GRID = 400;

/** @param sets how many, 2 or 3 @param counts of every region; one that is not named is empty. */
export function eulerDiagram(sets: number, counts: readonly RegionCount[]): EulerDiagram {
  const sizeOf = (wanted: readonly number[]): number =>
    counts
      .filter(({ members }) => wanted.every((one) => members.includes(one)))
      .reduce((sum, { count }) => sum + count, 0);
  const radii = Array.from({ length: sets }, (_, i) => Math.sqrt(sizeOf([i]) / Math.PI));
  const distance = (i: number, j: number): number => circleDistance(radii[i]!, radii[j]!, sizeOf([i, j]));
  const circles = sets === 2 ? placeTwo(radii, distance(0, 1)) : placeThree(radii, distance);
  return measure(circles, counts);
}

/** How far apart two circles are whose lens has this area; by bisection. */
export function circleDistance(r1: number, r2: number, overlap: number): number {
  let [low, high] = [Math.abs(r1 - r2), r1 + r2];
  if (overlap <= 0) return high;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (lensArea(r1, r2, middle) > overlap) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Area that two circles share. */
export function lensArea(r1: number, r2: number, d: number): number {
  if (d >= r1 + r2) return 0;
  if (d <= Math.abs(r1 - r2)) return Math.PI * Math.min(r1, r2) ** 2;
  const angle = (a: number, b: number): number =>
    Math.acos(Math.min(1, Math.max(-1, (d * d + a * a - b * b) / (2 * d * a))));
  const [a1, a2] = [angle(r1, r2), angle(r2, r1)];
  return r1 * r1 * (a1 - Math.sin(2 * a1) / 2) + r2 * r2 * (a2 - Math.sin(2 * a2) / 2);
}

function placeTwo(radii: readonly number[], d: number): readonly Circle[] {
  return radii.map((r, i) => ({ x: i * d, y: 0, r }));
}

/** A triangle of the three distances; where they make none, the third stands on the line nearest to both. */
function placeThree(radii: readonly number[], distance: (i: number, j: number) => number): readonly Circle[] {
  const [ab, ac, bc] = [distance(0, 1), distance(0, 2), distance(1, 2)];
  const along = ab === 0 ? 0 : (ab * ab + ac * ac - bc * bc) / (2 * ab);
  const x = Math.abs(along) > ac ? Math.sign(along) * ac : along;
  const across = Math.sqrt(Math.max(0, ac * ac - x * x));
  return [
    { x: 0, y: 0, r: radii[0]! },
    { x: ab, y: 0, r: radii[1]! },
    { x, y: across, r: radii[2]! },
  ];
}

function measure(circles: readonly Circle[], counts: readonly RegionCount[]): EulerDiagram {
  const [left, right] = boundsOf(circles, ({ x }) => x);
  const [top, bottom] = boundsOf(circles, ({ y }) => y);
  const step = Math.max(right - left, bottom - top) / GRID;
  const cells = new Map<string, { x: number; y: number }[]>();
  for (let y = top + step / 2; y < bottom; y += step)
    for (let x = left + step / 2; x < right; x += step) {
      const inside = circles.flatMap((circle, i) => (isInside(circle, x, y) ? [i] : []));
      if (inside.length === 0) continue;
      const key = inside.join();
      const known = cells.get(key);
      if (known === undefined) cells.set(key, [{ x, y }]);
      else known.push({ x, y });
    }
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const regions = counts.map((region) => {
    const own = cells.get([...region.members].sort().join()) ?? [];
    return { ...region, area: own.length * step * step, ...anchorOf(own, circles) };
  });
  const error = Math.max(0, ...regions.map(({ area, count }) => Math.abs(area - count) / Math.max(1, total)));
  return { circles, regions, error };
}

function boundsOf(circles: readonly Circle[], of: (circle: Circle) => number): readonly [number, number] {
  return [
    Math.min(...circles.map((circle) => of(circle) - circle.r)),
    Math.max(...circles.map((circle) => of(circle) + circle.r)),
  ];
}

function isInside({ x, y, r }: Circle, px: number, py: number): boolean {
  return (px - x) ** 2 + (py - y) ** 2 < r * r;
}

/** The cell that is farthest from every circle's line. */
function anchorOf(
  cells: readonly { readonly x: number; readonly y: number }[],
  circles: readonly Circle[],
): { readonly anchor: readonly [number, number] | null; readonly room: number } {
  let best: readonly [number, number] | null = null;
  let room = -1;
  for (const { x, y } of cells) {
    const free = Math.min(
      ...circles.map((circle) => Math.abs(Math.hypot(x - circle.x, y - circle.y) - circle.r)),
    );
    if (free > room) {
      room = free;
      best = [x, y];
    }
  }
  return { anchor: best, room: Math.max(0, room) };
}
