/** The colours of figures: those of the page's palette, of the set of Okabe & Ito that the colour-blind can tell apart. */

/** In the order series are drawn. */
export const SERIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a6a00"] as const;

/** Losses and gains of a diverging scale, white at zero. */
export const DIVERGING = { loss: "#b35806", gain: "#1b6ca8" } as const;

/** What cannot be told from noise, and rules that only help to read. */
export const QUIET = "#8a8f98";

/** The colour of the series at this place; they begin anew where there are more series than colours. */
export function seriesColour(place: number): string {
  return SERIES[place % SERIES.length]!;
}
