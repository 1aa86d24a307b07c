/**
 * The colours of figures. They are those of plots/palette.ts, which this room may not know: the set of Okabe & Ito that the
 * colour-blind can tell apart, in the lightness that reads on both grounds; Δ as on the page's heat map.
 */

/** In the order series are drawn. */
export const SERIES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a6a00"] as const;

/** Losses and gains of a diverging scale, white at zero. */
export const DIVERGING = { loss: "#a6611a", gain: "#017d6a" } as const;

/** What cannot be told from noise, and rules that only help to read. */
export const QUIET = "#8a8f98";

/** The colour of the series at this place; they begin anew where there are more series than colours. */
export function seriesColour(place: number): string {
  return SERIES[place % SERIES.length]!;
}

/** Ink that is read on this ground: dark or white, whichever stands out more. */
export function inkOn(ground: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(ground.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#1c1f24" : "#ffffff";
}

/** White at 0, the full loss at −1, the full gain at 1. */
export function divergingColour(share: number): string {
  return towards(share < 0 ? DIVERGING.loss : DIVERGING.gain, Math.abs(share));
}

/** From white at 0 to the colour at 1. */
export function towards(colour: string, share: number): string {
  const strength = Math.min(1, Math.max(0, share));
  const channel = (at: number): string => {
    const full = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(255 + (full - 255) * strength)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
