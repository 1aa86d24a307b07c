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

/** A pointer that moves less between down and up has clicked. */
const CLICK_PIXELS = 4;

/** Wraps the plots. `reading` is the cursor's text for screen readers. */
export function LambdaOverlay(props: {
  readonly children: ReactNode;
  readonly chosen: LambdaLine | null;
  readonly cursor: number | null;
  readonly reading: string;
  readonly onPoint: (lambda: number | null) => void;
  /** A λ that the person picked, marked in the plots; `null` for none. */
  readonly picked: number | null;
  /** Clicked, or Enter on the cursor. */
  readonly onPick: (lambda: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { chosen, cursor, picked, onPoint, onPick } = props;
  const now = cursor ?? chosen?.lambda ?? 0.5;
  const lambdaAt = (event: PointerEvent): number | null => {
    const bounds = box.current?.getBoundingClientRect();
    if (bounds === undefined) return null;
    const lambda = frameValue(event.clientX - bounds.left, bounds.width, LAMBDA_RANGE);
    return lambda < LAMBDA_RANGE[0] || lambda > LAMBDA_RANGE[1] ? null : lambda;
  };
  const down = (event: PointerEvent): void => {
    // Buttons and words among the plots have their own clicks.
    if (event.button !== 0 || (event.target as Element).closest("button, a") !== null) return;
    const lambda = lambdaAt(event);
    const { clientX, clientY } = event;
    const up = (end: globalThis.PointerEvent): void => {
      const moved = Math.hypot(end.clientX - clientX, end.clientY - clientY);
      if (lambda !== null && moved < CLICK_PIXELS) onPick(asPicked(lambda));
    };
    // The drawing covers the page while a button is down, so that its end is heard at the window only.
    window.addEventListener("pointerup", up, { once: true, capture: true });
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      event.preventDefault();
      onPick(asPicked(now));
      return;
    }
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
      onPointerMove={(event) => onPoint(lambdaAt(event))}
      onPointerDown={down}
      onPointerLeave={() => onPoint(null)}
    >
      {props.children}
      {chosen === null ? null : <Line className="lambda-line chosen" {...chosen} />}
      {picked === null ? null : <Line className="lambda-line picked" lambda={picked} colour="var(--focus)" />}
      {cursor === null ? null : <Line className="lambda-line" lambda={cursor} colour="var(--muted)" />}
      <div
        className="lambda-reader"
        role="slider"
        tabIndex={0}
        aria-label="Reading cursor over λ; Enter picks a λ to measure"
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

/** A λ a person may name: two decimals, within [0, 1]. */
function asPicked(lambda: number): number {
  return Math.min(1, Math.max(0, Math.round(lambda * 100) / 100));
}

function Line({ className, lambda, colour }: LambdaLine & { readonly className: string }) {
  return <div className={className} style={{ left: frameLeft(lambda, LAMBDA_RANGE), background: colour }} />;
}
