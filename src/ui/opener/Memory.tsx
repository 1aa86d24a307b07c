/** Whether it fits: what exploring takes at its peak, part by part, of what there is. */
import type { MemoryPlan } from "../../domain/checkpoint.ts";

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
  return (
    <section className="place" aria-labelledby="memory">
      <h2 id="memory">Memory</h2>
      <div className="memory" aria-hidden="true">
        {parts.map(({ what, bytes }) => (
          <span key={what} className={`memory-${what}`} style={{ width: `${(100 * bytes) / whole}%` }} />
        ))}
        {availableBytes === null || availableBytes >= neededBytes ? null : (
          <i style={{ left: `${(100 * availableBytes) / whole}%` }} />
        )}
      </div>
      <ul className="memory-legend small" aria-hidden="true">
        {parts.map(({ what }) => (
          <li key={what} className={`memory-${what}`}>
            {what}
          </li>
        ))}
      </ul>
      <p className={mode === "resident" ? "number" : "number warning"}>{words}</p>
    </section>
  );
}
