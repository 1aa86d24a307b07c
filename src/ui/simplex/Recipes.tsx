/** Recipes with a name on the ternary map, and the buttons that place those which take measuring. */
import { NAMED_RECIPES } from "../../domain/namedRecipes.ts";
import { pixelOf, placeOf } from "../../plots/ternary.ts";
import { currentPlaced } from "../../store/placed.ts";
import { isBusy } from "../../store/status.ts";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";

/** Recipes with a name: known weights at once, measured ones when they are placed. */
export function Recipes() {
  const placed = useApp(currentPlaced);
  const greedy = placed?.greedy ?? [];
  const recipes = [
    ...NAMED_RECIPES.map(({ name, label, weights }) => ({ name, label, weights: weights(3) })),
    ...(placed?.perplexity == null
      ? []
      : [{ name: "perplexity", label: "perplexity-weighted", weights: placed.perplexity }]),
    ...greedy.slice(-1).map((weights) => ({ name: "greedy", label: "greedy soup", weights })),
  ];
  const path = greedy.map((weights) => pixelOf(placeOf(weights)).join(","));
  return (
    <g>
      {path.length > 1 ? <polyline className="greedy-path" points={path.join(" ")} /> : null}
      {joined(recipes).map(({ name, label, weights }, i) => {
        const [x, y] = pixelOf(placeOf(weights));
        return (
          <g key={name}>
            <rect
              className="recipe-mix"
              x={x - 7}
              y={y - 7}
              width={14}
              height={14}
              transform={`rotate(45 ${x} ${y})`}
            />
            <text className="recipe-label" x={x + 16} y={y + (i % 2 === 0 ? -8 : 22)}>
              {label}
            </text>
          </g>
        );
      })}
    </g>
  );
}

type Named = { readonly name: string; readonly label: string; readonly weights: readonly number[] };

/** Recipes that lie on one another under one mark. */
function joined(recipes: readonly Named[]): readonly Named[] {
  return recipes.reduce<readonly Named[]>((kept, one) => {
    const near = kept.findIndex(({ weights }) =>
      weights.every((w, i) => Math.abs(w - (one.weights[i] ?? 0)) < 0.02),
    );
    if (near < 0) return kept.concat(one);
    return kept.map((other, i) => (i === near ? { ...other, label: `${other.label}, ${one.label}` } : other));
  }, []);
}

/** Places what takes measuring: by perplexity, and the greedy soup. */
export function PlaceButtons() {
  const placed = useApp(currentPlaced);
  const status = useApp((state) => state.placed.status);
  const { placePerplexity, placeGreedy, cancelPlacing } = useActions();
  if (isBusy(status)) return <WorkNote status={status} onCancel={cancelPlacing} />;
  return (
    <>
      {status.kind === "failed" ? (
        <span className="bad" role="alert">
          {status.error.message}
        </span>
      ) : null}
      {placed?.perplexity != null ? null : (
        <button type="button" className="button" onClick={() => void placePerplexity()}>
          place perplexity-weighted
        </button>
      )}
      {placed?.greedy != null ? null : (
        <button type="button" className="button" onClick={() => void placeGreedy()}>
          place greedy soup
        </button>
      )}
    </>
  );
}
