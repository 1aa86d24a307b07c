/** A panel's frame: a heading line of fixed height with notes and tools, and what it shows below. */
import type { ReactNode } from "react";
import { isBusy, type Status } from "../../store/status.ts";

/** A region with a heading. `area` is its place in the page's grid. */
export function Panel(props: {
  readonly area: string;
  readonly title: string;
  readonly note?: ReactNode;
  readonly tools?: ReactNode;
  readonly status: Status;
  readonly children: ReactNode;
}) {
  const { area, status } = props;
  const heading = `heading-${area}`;
  return (
    <section
      className="panel"
      style={{ gridArea: area }}
      aria-labelledby={heading}
      data-panel={area}
      data-status={status.kind}
    >
      <header className="head">
        <h2 id={heading}>{props.title}</h2>
        <div className="note">{props.note}</div>
        <div className="tools">{props.tools}</div>
        <ProgressHairline status={status} />
      </header>
      {props.children}
    </section>
  );
}

/** Progress as the heading's own lower line, so that nothing moves when work begins. */
function ProgressHairline({ status }: { readonly status: Status }) {
  if (!isBusy(status)) return null;
  const progress = status.kind === "working" ? status.progress : null;
  const share = progress === null || progress.total === 0 ? 0 : progress.done / progress.total;
  return <div className="progress" style={{ transform: `scaleX(${share})` }} aria-hidden="true" />;
}
