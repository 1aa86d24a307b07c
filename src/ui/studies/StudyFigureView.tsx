/** A study's figure as SVG, drawn when it is first shown; regions of overlaps open their items. */
import { type MouseEvent, useEffect, useState } from "react";
import type { StudyFigure } from "../../domain/studyResult.ts";
import { useActions } from "../useApp.ts";

/** Puts the drawing in its place; it was made here, of records, every text of it set as text. */
function place(room: HTMLDivElement | null, svg: string): void {
  if (room === null) return;
  const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  room.replaceChildren(document.importNode(drawn, true));
}

/** The figure with its caption. */
export function StudyFigureView({ figure }: { readonly figure: StudyFigure }) {
  const [svg, setSvg] = useState<string | null>(null);
  const { readStudyItems } = useActions();
  useEffect(() => {
    let current = true;
    // The drawing library is fetched with the first figure, not with the page.
    void import("../../report/drawFigure.ts").then(({ drawFigure }) => {
      if (current) setSvg(drawFigure(figure, document));
    });
    return () => {
      current = false;
    };
  }, [figure]);
  const open = ({ target }: MouseEvent): void => {
    if (figure.kind !== "overlap" || !(target instanceof Element)) return;
    const members = target.closest("[data-region]")?.getAttribute("data-region");
    const region = figure.regions.find((one) => one.members.join(",") === members);
    if (region !== undefined) void readStudyItems(figure.rows, region.items);
  };
  return (
    <figure className={figure.kind === "overlap" ? "study-figure half" : "study-figure"}>
      <figcaption>
        <b>{figure.title}</b>
      </figcaption>
      {svg === null ? (
        <div className="figure-room" />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut of the mouse; every region has a button below
        // biome-ignore lint/a11y/useKeyWithClickEvents: as above
        <div className="figure-svg" onClick={open} ref={(room) => place(room, svg)} />
      )}
      <p className="quiet">{figure.caption}</p>
      {figure.kind === "overlap" ? (
        <p className="regions">
          {figure.regions
            .filter(({ count }) => count > 0)
            .map(({ members, count, items }) => (
              <button
                key={members.join(",")}
                type="button"
                className="link"
                onClick={() => void readStudyItems(figure.rows, items)}
              >
                {members.length === figure.sets.length
                  ? "all"
                  : members.map((i) => figure.sets[i]).join(" + ")}
                : {count}
              </button>
            ))}
        </p>
      ) : null}
    </figure>
  );
}
