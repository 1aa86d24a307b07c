/** What is picked so far, and the button that looks into it. */
import { ScanSearch, X } from "lucide-react";
import { placelessName, shortName } from "../../plots/format.ts";
import { choiceTitle } from "../../plots/openWords.ts";
import { useActions, useApp } from "../useApp.ts";

/** More are counted, not named. */
const MOST_NAMED = 12;

/** The lower line of the lists. */
export function ChoiceBar() {
  const checkpoints = useApp(({ choice }) => choice.checkpoints);
  const { toggleCheckpoint, inspectChoice } = useActions();
  const named = checkpoints.slice(0, MOST_NAMED);
  const more = checkpoints.length - named.length;
  const isOnePlace = new Set(checkpoints.map((name) => choiceTitle([name]))).size === 1;
  return (
    <div className="opener-foot">
      <div className="chips" aria-live="polite">
        {checkpoints.length === 0 ? (
          <span className="quiet">Pick two or more checkpoints of one run.</span>
        ) : null}
        {isOnePlace ? <span className="quiet">{choiceTitle(checkpoints)}</span> : null}
        {named.map((name) => (
          <button
            key={name}
            type="button"
            className="chip"
            title={placelessName(name)}
            aria-label={`let ${placelessName(name)} go`}
            onClick={() => toggleCheckpoint(name)}
          >
            <span className="words">{isOnePlace ? shortName(name) : placelessName(name)}</span>
            <X size={11} aria-hidden="true" />
          </button>
        ))}
        {more > 0 ? <span className="quiet">and {more} more</span> : null}
        {checkpoints.length === 1 ? <span className="quiet">One more makes a pair.</span> : null}
      </div>
      <button
        type="button"
        className="button strong"
        disabled={checkpoints.length < 2}
        onClick={() => void inspectChoice()}
      >
        <ScanSearch size={13} aria-hidden="true" />
        {checkpoints.length < 2 ? "look into them" : `look into ${checkpoints.length} checkpoints`}
      </button>
    </div>
  );
}
