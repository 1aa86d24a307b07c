/** The lazy chunk with plotly.js: its core, whose only trace is `scatter`. Main thread. */
import "./FigureGlobal.ts";
import Plotly from "plotly.js/lib/core";
import type { FigureSpec } from "../../plots/figure.ts";

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false } as const;

type Drawable = {
  readonly data: Parameters<typeof Plotly.react>[1];
  readonly layout: Parameters<typeof Plotly.react>[2];
};

/** Draws into the host, or brings what is drawn there up to date. */
export async function drawFigure(host: HTMLElement, { data, layout }: FigureSpec): Promise<void> {
  // plotly's types ask for mutable arrays, and it writes into what it is given: it gets a copy.
  const copy = structuredClone({ data, layout: { ...layout, autosize: true } }) as unknown as Drawable;
  await Plotly.react(host, copy.data, copy.layout, CONFIG);
}

/** Fits the drawing to its host's size. */
export function resizeFigure(host: HTMLElement): void {
  Plotly.Plots.resize(host);
}

/** Takes the drawing away, with its listeners. */
export function purgeFigure(host: HTMLElement): void {
  Plotly.purge(host);
}
