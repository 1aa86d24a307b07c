/** The last line of the X-ray: how much will move, the button that moves it, and how far it is. */

import type { MemoryPlan } from "../../domain/checkpoint.ts";
import { formatBytes } from "../../plots/format.ts";
import { byteWords, exploreWords } from "../../plots/openWords.ts";
import { bytesToFetch, canExplore } from "../../store/choice.ts";
import { isBusy } from "../../store/status.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { useActions, useApp } from "../useApp.ts";

/** Nothing yet, working, stopped, failed, done. */
export function GettingIn() {
  const choice = useApp((state) => state.choice);
  const { explore, cancelFetch } = useActions();
  const { fetching, fetched, opening, inspection } = choice;
  const left = bytesToFetch(choice);
  const busy = isBusy(fetching) || isBusy(opening);
  return (
    <>
      {fetching.kind === "failed" ? <ErrorNotice error={fetching.error} ways={[]} /> : null}
      {opening.kind === "failed" ? (
        <ErrorNotice error={opening.error} ways={[{ label: "try again", act: () => void explore() }]} />
      ) : null}
      <div className="opener-foot">
        {fetched === null || (!busy && left === 0) ? (
          <p className="quiet">
            {restWords(choice.inspection?.memory.mode ?? null, left, inspection?.conflict != null)}
          </p>
        ) : (
          <div className="fetch">
            <progress value={fetched.done} max={fetched.total} aria-label="bytes fetched" />
            <span className="number" role="status">
              {isBusy(opening)
                ? "opening"
                : fetching.kind === "working"
                  ? byteWords(fetched)
                  : stoppedWords(fetched.done, fetched.total)}
            </span>
          </div>
        )}
        {isBusy(fetching) ? (
          <button type="button" className="button" onClick={cancelFetch}>
            cancel
          </button>
        ) : (
          <button
            type="button"
            className="button strong"
            disabled={busy || !canExplore(choice)}
            onClick={() => void explore()}
          >
            {isBusy(opening) ? "opening" : exploreWords(left, fetched !== null)}
          </button>
        )}
      </div>
    </>
  );
}

function stoppedWords(done: number, total: number): string {
  return done >= total
    ? "All of it is here."
    : `${formatBytes(done)} of ${formatBytes(total)} are here and stay here.`;
}

function restWords(mode: MemoryPlan["mode"] | null, left: number, isConflict: boolean): string {
  if (isConflict) return "They cannot be merged with one another.";
  if (mode === "none") return "This machine cannot hold them.";
  const slower = mode === "streamed" ? "Every λ will take longer, since its parents are read anew. " : "";
  return left === 0
    ? `${slower}All of it is on this machine.`
    : `${slower}Nothing large has moved yet. What is fetched is kept, so that it comes once.`;
}
