/** A score that narrows while items come in: value and standard error against the items so far. */
import type { Measure } from "../../domain/measure.ts";
import type { Score } from "../../domain/study.ts";
import { formatScore } from "../../plots/format.ts";
import { narrowing } from "../../plots/narrowing.ts";

const WIDTH = 320;
const HEIGHT = 72;
const MARGIN = { left: 6, right: 6, top: 6, bottom: 16 } as const;

/** The picture; its words say the newest round. */
export function NarrowingPicture(props: {
  readonly measure: Measure;
  readonly trail: readonly Score[];
  readonly total: number;
  readonly rival: Score | null;
}) {
  const { measure, trail, total, rival } = props;
  const last = trail.at(-1);
  if (last === undefined) return null;
  const { points, rival: line } = narrowing(measure, trail, total, rival);
  const x = (share: number) => MARGIN.left + share * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (height: number) => MARGIN.top + (1 - height) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const words = `${formatScore(measure, last)} after ${last.n} of ${total} items`;
  return (
    <svg className="narrowing" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
      <line x1={x(0)} x2={x(1)} y1={y(0)} y2={y(0)} stroke="var(--hairline)" />
      {line === null ? null : (
        <line x1={x(0)} x2={x(1)} y1={y(line)} y2={y(line)} stroke="var(--muted)" strokeDasharray="4 3" />
      )}
      <polyline
        points={points.map((point) => `${x(point.x)},${y(point.y)}`).join(" ")}
        fill="none"
        stroke="var(--muted)"
      />
      {points.map((point) => (
        <g key={point.x}>
          <line
            x1={x(point.x)}
            x2={x(point.x)}
            y1={y(point.low)}
            y2={y(point.high)}
            stroke="var(--ink)"
            strokeWidth={1.5}
          />
          <circle
            cx={x(point.x)}
            cy={y(point.y)}
            r={3.5}
            fill="var(--paper)"
            stroke="var(--ink)"
            strokeWidth={1.5}
          />
        </g>
      ))}
      <text x={x(0)} y={HEIGHT - 4}>
        0
      </text>
      <text x={x(1)} y={HEIGHT - 4} textAnchor="end">
        {total} items{line === null ? "" : " · dashed: better parent"}
      </text>
    </svg>
  );
}
