/** The one component that draws figures: it hands a figure to plotly, which updates what is there. */
import { useEffect, useRef } from "react";
import type { FigureSpec } from "../../plots/figure.ts";

type Drawing = typeof import("./FigurePlotly.ts");
let drawing: Promise<Drawing> | null = null;

/** Fetches the drawing code; called ahead of its first use. */
export function loadDrawing(): Promise<Drawing> {
  drawing ??= import("./FigurePlotly.ts");
  return drawing;
}

let last: Promise<void> = Promise.resolve();

/** Draws one figure a task, in the order asked, so that the page answers in between. */
function drawInTurn(draw: () => Promise<void>): Promise<void> {
  const turn = last.then(() => new Promise<void>((resolve) => setTimeout(resolve))).then(draw);
  last = turn.catch(() => undefined);
  return turn;
}

/** A figure that fills its box. `label` says in a sentence what it shows. */
export function Figure({ spec, label }: { readonly spec: FigureSpec; readonly label: string }) {
  const host = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let gone = false;
    void drawInTurn(async () => {
      const { drawFigure } = await loadDrawing();
      if (!gone && host.current !== null) await drawFigure(host.current, spec);
    });
    return () => {
      gone = true;
    };
  }, [spec]);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      void loadDrawing().then(({ resizeFigure }) => {
        if (element.isConnected && element.classList.contains("js-plotly-plot")) resizeFigure(element);
      });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      void loadDrawing().then(({ purgeFigure }) => purgeFigure(element));
    };
  }, []);

  return (
    <div className="figure-box" role="img" aria-label={label}>
      <div ref={host} className="figure" />
    </div>
  );
}
