/** What was found in the picked checkpoints before anything large moves, and the button that gets them in. */
import { ArrowLeft } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Inspection } from "../../domain/checkpoint.ts";
import { choiceTitle, identicalWords, warningWords } from "../../plots/openWords.ts";
import { isGettingIn } from "../../store/choice.ts";
import { isBusy } from "../../store/status.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { CheckpointTable } from "./CheckpointTable.tsx";
import { Distances } from "./Distances.tsx";
import { GettingIn } from "./GettingIn.tsx";
import { Memory } from "./Memory.tsx";

/** The second face of the panel. */
export function XRay() {
  const { checkpoints, inspection, inspecting, link } = useApp(({ choice }) => choice);
  const folders = useApp((state) => state.folders.status);
  const busy = useApp(isGettingIn);
  const { chooseAgain, inspectChoice, cancelInspection } = useActions();
  const heading = useRef<HTMLHeadingElement>(null);
  // What was pressed to come here is gone; the keyboard goes on from the new heading.
  useEffect(() => heading.current?.focus(), []);
  return (
    <>
      <header className="xray-head">
        <button type="button" className="button" disabled={busy} onClick={chooseAgain}>
          <ArrowLeft size={13} aria-hidden="true" /> choose others
        </button>
        <h2 ref={heading} tabIndex={-1} data-first className="plain">
          {choiceTitle(checkpoints)}: {checkpoints.length} checkpoints
        </h2>
        <span className="quiet">
          {inspecting.kind === "working" ? (
            <WorkNote status={inspecting} onCancel={cancelInspection} />
          ) : link === null ? null : (
            "A link asked for these. Nothing large moves until you say so."
          )}
        </span>
      </header>
      {folders.kind === "failed" ? <ErrorNotice error={folders.error} ways={[]} /> : null}
      {inspecting.kind === "failed" ? (
        <ErrorNotice
          error={inspecting.error}
          ways={[{ label: "try again", act: () => void inspectChoice() }]}
        />
      ) : null}
      {inspecting.kind === "paused" ? (
        <p className="row quiet">
          Stopped before all of it was read.
          <button type="button" className="link" onClick={() => void inspectChoice()}>
            look again
          </button>
        </p>
      ) : null}
      {isBusy(inspecting) ? (
        <p className="quiet xray-wait">
          Reading what the files say of themselves: headers, sizes, hashes, and a few samples of the weights.
          Weights stay where they are.
        </p>
      ) : null}
      {inspection === null ? null : <Found inspection={inspection} />}
    </>
  );
}

function Found({ inspection }: { readonly inspection: Inspection }) {
  const twins = identicalWords(inspection);
  const warnings = warningWords(inspection);
  return (
    <>
      <CheckpointTable inspection={inspection} />
      {twins.length + warnings.length === 0 ? null : (
        <ul className="warnings">
          {[...twins, ...warnings].map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {inspection.conflict === null ? (
        <div className="places xray-pictures">
          <Distances inspection={inspection} />
          <Memory plan={inspection.memory} />
        </div>
      ) : (
        <ErrorNotice error={inspection.conflict} ways={[]} />
      )}
      <GettingIn />
    </>
  );
}
