/** Whether it fits: what exploring takes at its peak, part by part, of what there is. */
import type { MemoryPlan } from "../../domain/checkpoint.ts";
import { formatBytes } from "../../plots/format.ts";

/** A bar and a sentence. */
export function Memory({ plan }: { readonly plan: MemoryPlan }) {
  const { parentBytes, mergedBytes, workBytes, neededBytes, availableBytes, mode, words } = plan;
  const whole = Math.max(neededBytes, availableBytes ?? 0);
  const parts = [
    { what: "older", bytes: parentBytes },
    { what: "newer", bytes: parentBytes },
    { what: "merge", bytes: mergedBytes },
    { what: "work", bytes: workBytes },
  ];
  const needs = `${formatBytes(neededBytes)} at its peak`;
  const has = availableBytes === null ? "" : ` of ${formatBytes(availableBytes)} there are`;
  return (
    <section className="place" aria-labelledby="memory">
      <h2 id="memory">Memory</h2>
      <div
        className="memory"
        role="img"
        aria-label={`Two parents, the merge and the work on it take ${needs}${has}.`}
      >
        {parts.map(({ what, bytes }) => (
          <span key={what} className={what} style={{ width: `${(100 * bytes) / whole}%` }} />
        ))}
        {availableBytes === null || availableBytes >= neededBytes ? null : (
          <i style={{ left: `${(100 * availableBytes) / whole}%` }} />
        )}
      </div>
      <p className="number">
        {needs}
        {has}
        <span className="quiet">
          : older <b className="older">{formatBytes(parentBytes)}</b>, newer{" "}
          <b className="newer">{formatBytes(parentBytes)}</b>, merge <b>{formatBytes(mergedBytes)}</b>, work{" "}
          {formatBytes(workBytes)}
        </span>
        .
      </p>
      <p className={mode === "resident" ? "quiet" : "warning"}>
        {words}
        {mode === "streamed" ? " Every λ takes longer." : ""}
      </p>
    </section>
  );
}
