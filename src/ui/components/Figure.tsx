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

/** A figure that fills its box. `label` says in a sentence what it shows. */
export function Figure({ spec, label }: { readonly spec: FigureSpec; readonly label: string }) {
  const host = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let gone = false;
    void loadDrawing().then(({ drawFigure }) => {
      if (gone || host.current === null) return;
      return drawFigure(host.current, spec);
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
