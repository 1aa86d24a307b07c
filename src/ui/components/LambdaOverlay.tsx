/**
 * The lines that both λ plots share: the chosen λ, and the cursor, which pointer and arrow keys move. Drawn over the
 * figures by the frame they have in common, so that moving it draws no figure again.
 */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from "react";
import { frameLeft, frameValue, LAMBDA_RANGE } from "../../plots/figure.ts";

/** A vertical line at a λ. */
export type LambdaLine = { readonly lambda: number; readonly colour: string };

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -0.01,
  ArrowRight: 0.01,
  PageDown: -0.1,
  PageUp: 0.1,
};

/** Wraps the plots. `reading` is the cursor's text for screen readers. */
export function LambdaOverlay(props: {
  readonly children: ReactNode;
  readonly chosen: LambdaLine | null;
  readonly cursor: number | null;
  readonly reading: string;
  readonly onPoint: (lambda: number | null) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { chosen, cursor, onPoint } = props;
  const now = cursor ?? chosen?.lambda ?? 0.5;
  const move = (event: PointerEvent): void => {
    const bounds = box.current?.getBoundingClientRect();
    if (bounds === undefined) return;
    const lambda = frameValue(event.clientX - bounds.left, bounds.width, LAMBDA_RANGE);
    onPoint(lambda < LAMBDA_RANGE[0] || lambda > LAMBDA_RANGE[1] ? null : lambda);
  };
  const press = (event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    const ends: Readonly<Record<string, number>> = { Home: 0, End: 1 };
    const next = by === undefined ? ends[event.key] : now + by;
    if (next === undefined) return;
    event.preventDefault();
    onPoint(next);
  };
  return (
    <div
      ref={box}
      className="lambda-plots"
      role="presentation"
      onPointerMove={move}
      onPointerLeave={() => onPoint(null)}
    >
      {props.children}
      {chosen === null ? null : <Line className="lambda-line chosen" {...chosen} />}
      {cursor === null ? null : <Line className="lambda-line" lambda={cursor} colour="var(--muted)" />}
      <div
        className="lambda-reader"
        role="slider"
        tabIndex={0}
        aria-label="Reading cursor over λ"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={now}
        aria-valuetext={props.reading}
        onKeyDown={press}
        onBlur={() => onPoint(null)}
      />
    </div>
  );
}

function Line({ className, lambda, colour }: LambdaLine & { readonly className: string }) {
  return <div className={className} style={{ left: frameLeft(lambda, LAMBDA_RANGE), background: colour }} />;
}
