/** A failure in words: what happened, what can be done, and the buttons that do it. Never a stack. */
import { TriangleAlert } from "lucide-react";
import type { ErrorRecord } from "../../base/errors.ts";

/** A way on. */
export type WayOn = { readonly label: string; readonly act: () => void };

/** The notice, with its ways on. */
export function ErrorNotice({
  error,
  ways,
}: {
  readonly error: ErrorRecord;
  readonly ways: readonly WayOn[];
}) {
  return (
    <div className="error" role="alert">
      <TriangleAlert aria-hidden="true" size={15} />
      <p>
        {error.tag === "internal" ? `A defect of MergeScope: ${error.message}` : error.message}
        {error.advice === null ? null : <span className="quiet"> {error.advice}</span>}
      </p>
      {ways.map(({ label, act }) => (
        <button key={label} type="button" className="button" onClick={act}>
          {label}
        </button>
      ))}
    </div>
  );
}
