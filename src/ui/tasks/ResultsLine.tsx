/** What is kept of evaluations, and letting it go. */
import { useEffect } from "react";
import { formatBytes } from "../../plots/format.ts";
import { useActions, useApp } from "../useApp.ts";

/** One line. */
export function ResultsLine() {
  const kept = useApp(({ results }) => results.kept);
  const { readResults, clearResults } = useActions();
  useEffect(() => {
    void readResults();
  }, [readResults]);
  return (
    <section className="place" aria-labelledby="results">
      <h2 id="results">Measured before</h2>
      {kept === null ? null : (
        <p className="quiet">
          {kept.tables === 0
            ? "Nothing yet. What a model said of every item is kept, so that nothing is measured twice."
            : `${kept.tables} tables of items, ${formatBytes(kept.usedBytes)} of at most ${formatBytes(kept.limitBytes)}, in ${kept.place}.`}{" "}
          {kept.tables === 0 ? null : (
            <button type="button" className="link" onClick={() => void clearResults()}>
              measure everything anew
            </button>
          )}
        </p>
      )}
    </section>
  );
}
