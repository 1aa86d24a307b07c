/** What a piece of work is doing, in one line: counts, remaining time, and a way to end it. */
import { formatDuration } from "../../plots/format.ts";
import { isBusy, type Status } from "../../store/status.ts";

/** "7 of 12 trials · 3 s left · cancel"; nothing when nothing is being done. */
export function WorkNote({ status, onCancel }: { readonly status: Status; readonly onCancel: () => void }) {
  if (!isBusy(status)) return null;
  return (
    <span className="work number">
      {workWords(status)}
      <button type="button" className="link" onClick={onCancel}>
        cancel
      </button>
    </span>
  );
}

function workWords(status: Status): string {
  if (status.kind === "waiting") return "waiting its turn";
  if (status.kind !== "working" || status.progress === null) return "starting";
  const { label, done, total, unit, remainingMs } = status.progress;
  const left = remainingMs === null ? "" : ` · ${formatDuration(remainingMs)} left`;
  if (unit !== "bytes") return `${done} of ${total} ${unit}${done < total ? left : ""}`;
  // Weights come before the first measurement, which says nothing until it is done.
  return done < total ? `${label}, ${Math.round((100 * done) / total)} %${left}` : "measuring";
}
