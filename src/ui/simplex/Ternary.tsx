/** The ternary map: a layer of the surface, the trail of trials, the next mix, and recipes that have a name. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";
import type { SimplexSurface, SurfaceLattice } from "../../domain/surface.ts";
import { ACQUISITION_LABELS, formatScore } from "../../plots/format.ts";
import { mixColours } from "../../plots/palette.ts";
import { mixWords } from "../../plots/sentences.ts";
import type { StepView } from "../../plots/stepView.ts";
import {
  facetsOf,
  HEIGHT,
  type Layer,
  layerValues,
  mixAt,
  nearestPoint,
  pixelOf,
  placeOf,
  SIDE,
  steppedShares,
} from "../../plots/ternary.ts";
import { currentMeasure } from "../../store/subject.ts";
import { Choice, type Option } from "../components/Choice.tsx";
import { useActions, useApp } from "../useApp.ts";
import { usePalette } from "../useTheme.ts";
import { PlaceButtons, Recipes } from "./Recipes.tsx";

const MARGIN = 90;
const STEPS = 24;
const LAYERS: readonly Layer[] = ["mean", "std", "ei", "ucb", "pi", "nei"];
const LABELS: Readonly<Record<"mean" | "std", string>> = { mean: "posterior mean", std: "deviation σ" };

/** The map with its choice of layer and its reading. */
export function Ternary(props: {
  readonly surface: SimplexSurface;
  readonly lattice: SurfaceLattice;
  readonly view: StepView | null;
  readonly labels: readonly string[];
}) {
  const { surface, lattice, view, labels } = props;
  const [layer, setLayer] = useState<Layer>("mean");
  const [cursor, setCursor] = useState<readonly number[] | null>(null);
  const measure = useApp(currentMeasure);
  const palette = usePalette();
  const { pickWeights } = useActions();
  const box = useRef<SVGSVGElement>(null);
  const values = layerValues(lattice, layer) ?? lattice.mean;
  const options = LAYERS.filter((one) => layerValues(lattice, one) !== null).map(
    (one): Option<Layer> => ({
      value: one,
      label: one === "mean" || one === "std" ? LABELS[one] : ACQUISITION_LABELS[one],
    }),
  );
  const top = layer === "mean" ? palette.deltaBetter : layer === "std" ? palette.muted : palette[layer];
  const paths = useMemo(() => shapesOf(lattice, values), [lattice, values]);
  const next = view?.ask?.weights ?? null;
  const reading = cursor ?? next ?? surface.incumbent.posterior.weights;
  const point = nearestPoint(lattice.weights, reading);
  const words =
    measure === null
      ? ""
      : `${mixWords(lattice.weights[point] ?? reading)} · posterior ${formatScore(measure, { value: lattice.mean[point] ?? 0, stderr: lattice.std[point] ?? null })}`;
  const at = (event: PointerEvent): readonly number[] | null => {
    const matrix = box.current?.getScreenCTM();
    if (matrix == null) return null;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return mixAt({ x: x / SIDE, y: y / SIDE });
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      event.preventDefault();
      pickWeights(rounded(reading));
      return;
    }
    const moved = movedBy(event.key, reading);
    if (moved === null) return;
    event.preventDefault();
    setCursor(moved);
  };
  return (
    <>
      <div className="row simplex-tools">
        <Choice label="layer" value={layer} options={options} onPick={setLayer} />
        <PlaceButtons />
        <p className="readout number">{words}</p>
      </div>
      <div
        className="ternary-box"
        role="slider"
        tabIndex={0}
        aria-label={`Ternary map of ${labels.join(", ")}: arrow keys move the reading cursor, Enter picks a mix`}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={reading[2] ?? 0}
        aria-valuetext={words}
        onPointerMove={(event) => setCursor(at(event))}
        onPointerLeave={() => setCursor(null)}
        onPointerDown={(event) => {
          const mix = at(event);
          if (mix !== null && event.button === 0) pickWeights(rounded(mix));
        }}
        onKeyDown={press}
      >
        <svg
          ref={box}
          className="ternary"
          viewBox={`${-MARGIN} ${-MARGIN} ${SIDE + 2 * MARGIN} ${HEIGHT * SIDE + 1.6 * MARGIN}`}
          aria-hidden="true"
        >
          {paths.map(({ share, path }) => (
            <path
              key={share}
              d={path}
              fill={mixColours(palette.paper, top, share)}
              stroke={mixColours(palette.paper, top, share)}
              strokeWidth={1.5}
            />
          ))}
          <Alpha alpha={surface.alpha} />
          <Corners labels={labels} />
          <Recipes />
          <Trail view={view} />
          {next === null ? null : <Ring weights={next} className="next-mix" radius={15} />}
          <Picked />
          {cursor === null ? null : <Ring weights={cursor} className="cursor-mix" radius={7} />}
        </svg>
      </div>
    </>
  );
}

/** Facets of a step of the layer as one path. */
function shapesOf(lattice: SurfaceLattice, values: readonly number[]) {
  const places = lattice.weights.map(placeOf);
  const facets = facetsOf(lattice.resolution);
  const means = facets.map(([a, b, c]) => (values[a]! + values[b]! + values[c]!) / 3);
  const shares = steppedShares(means, STEPS);
  const paths = new Map<number, string>();
  facets.forEach((facet, k) => {
    const corners = facet.map((i) => pixelOf(places[i]!).join(" "));
    const share = shares[k]!;
    paths.set(share, `${paths.get(share) ?? ""}M${corners.join("L")}Z`);
  });
  return [...paths].map(([share, path]) => ({ share, path }));
}

/** Two decimals that sum to 1. */
function rounded(mix: readonly number[]): readonly number[] {
  const [, middle = 0, newest = 0] = mix.map((weight) => Math.round(weight * 100) / 100);
  return [Math.max(0, Math.round((1 - middle - newest) * 100) / 100), middle, newest];
}

function movedBy(key: string, mix: readonly number[]): readonly number[] | null {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [0, -0.02],
    ArrowRight: [0, 0.02],
    ArrowUp: [0.02, 0],
    ArrowDown: [-0.02, 0],
  };
  const by = steps[key];
  if (by === undefined) return null;
  const middle = Math.min(1, Math.max(0, (mix[1] ?? 0) + by[0]));
  const newest = Math.min(1 - middle, Math.max(0, (mix[2] ?? 0) + by[1]));
  return [1 - middle - newest, middle, newest];
}

function Ring(props: {
  readonly weights: readonly number[];
  readonly className: string;
  readonly radius: number;
}) {
  const [cx, cy] = pixelOf(placeOf(props.weights));
  return <circle className={props.className} cx={cx} cy={cy} r={props.radius} />;
}

function Picked() {
  const picked = useApp(({ whatIf }) => whatIf.picked);
  return picked === null || picked.length !== 3 ? null : (
    <Ring weights={picked} className="picked-mix" radius={12} />
  );
}

/** What the search may not choose: less than α of the newest. */
function Alpha({ alpha }: { readonly alpha: number }) {
  if (alpha <= 0) return null;
  const corners = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 1 - alpha, alpha],
    [1 - alpha, 0, alpha],
  ].map((mix) => pixelOf(placeOf(mix)).join(","));
  return <polygon className="unsearched" points={corners.join(" ")} />;
}

function Corners({ labels }: { readonly labels: readonly string[] }) {
  const palette = usePalette();
  const [left, up, right] = [placeOf([1, 0, 0]), placeOf([0, 1, 0]), placeOf([0, 0, 1])].map(pixelOf);
  const corners = [
    { at: left!, label: labels[0], dx: 0, dy: 42, colour: palette.older },
    { at: up!, label: labels[1], dx: 0, dy: -20, colour: mixColours(palette.older, palette.newer, 0.5) },
    { at: right!, label: labels[2], dx: 0, dy: 42, colour: palette.newer },
  ];
  return (
    <>
      <polygon className="edge" points={[left, up, right].map((at) => at!.join(",")).join(" ")} />
      {corners.map(({ at: [x, y], label, dx, dy, colour }) => (
        <text key={label} className="corner" x={x + dx} y={y + dy} textAnchor="middle" fill={colour}>
          {label}
        </text>
      ))}
    </>
  );
}

/** Trials in order, joined by a thin line; darker for better. */
function Trail({ view }: { readonly view: StepView | null }) {
  const trials = view?.seen ?? [];
  const places = trials.map(({ weights }) => pixelOf(placeOf(weights)));
  const values = trials.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return (
    <g>
      <polyline className="trail" points={places.map((place) => place.join(",")).join(" ")} />
      {trials.map(({ number, value }, i) => (
        <g key={number}>
          <circle
            className="trial-mix"
            cx={places[i]![0]}
            cy={places[i]![1]}
            r={8 + 7 * (most > least ? (value - least) / (most - least) : 0)}
            data-best={view?.best?.number === number}
          />
          <text className="trial-number" x={places[i]![0]} y={places[i]![1] + 6} textAnchor="middle">
            {number + 1}
          </text>
        </g>
      ))}
    </g>
  );
}
