/** The revisions of a repository: a field that searches them or names one, quick picks, a grid of boxes. */
import { useMemo, useState } from "react";
import type { HubRepository } from "../../domain/checkpoint.ts";
import { hubName } from "../../domain/hubName.ts";
import { findRevisions, QUICK_PICKS, type Revision } from "../../store/revisions.ts";
import { CheckGrid } from "../components/CheckGrid.tsx";
import { useActions, useApp } from "../useApp.ts";

/** The list of what was found. */
export function RevisionPicker({ found }: { readonly found: HubRepository }) {
  const chosen = useApp(({ choice }) => choice.checkpoints);
  const { toggleCheckpoint, pickRevisions } = useActions();
  const [typed, setTyped] = useState("");
  const { steps, others, left, unlisted } = useMemo(() => findRevisions(found, typed), [found, typed]);
  const { repository, revisions } = found;
  const nameOf = (revision: string): string => hubName({ repository, revision });
  const toggle = (revision: string): void => toggleCheckpoint(nameOf(revision));
  const stepNames = useMemo(
    () => revisions.flatMap(({ name, step }) => (step === null ? [] : [name])),
    [revisions],
  );
  const boxes = (list: readonly Revision[]) =>
    list.map(({ name, step }) => ({
      value: name,
      label: step === null ? name : String(step),
      checked: chosen.includes(nameOf(name)),
    }));
  return (
    <>
      <div className="row">
        <label className="field search">
          <span className="unseen">search, or name a revision</span>
          <input
            type="search"
            value={typed}
            placeholder="search, or name a revision"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || typed.trim() === "") return;
              event.preventDefault();
              const only = steps.length + others.length === 1 ? (steps[0] ?? others[0]) : undefined;
              const exact = revisions.find(({ name }) => name === typed.trim()) ?? only;
              if (exact !== undefined) toggle(exact.name);
              else if (unlisted !== null) toggle(unlisted);
            }}
          />
        </label>
        {stepNames.length < 2 ? null : (
          <>
            <span className="quiet">pick</span>
            {QUICK_PICKS.map(({ label, pick }) => (
              <button
                key={label}
                type="button"
                className="link"
                onClick={() => pickRevisions(repository, pick(stepNames))}
              >
                {label}
              </button>
            ))}
            <button type="button" className="link" onClick={() => pickRevisions(repository, [])}>
              none
            </button>
          </>
        )}
      </div>
      <div className="revisions">
        {steps.length === 0 ? null : (
          <CheckGrid label="training steps" boxes={boxes(steps)} onToggle={toggle} />
        )}
        {others.length === 0 ? null : (
          <CheckGrid label="other branches and tags" boxes={boxes(others)} onToggle={toggle} isWide />
        )}
        {left === 0 ? null : <p className="quiet">{left.toLocaleString("en")} more: search to find them.</p>}
        {unlisted === null ? null : (
          <p className="quiet">
            {steps.length + others.length === 0 ? "None is called so. " : ""}
            <button type="button" className="link" onClick={() => toggle(unlisted)}>
              {chosen.includes(nameOf(unlisted)) ? "let go" : "pick"} “{unlisted}” as a commit or hidden
              branch
            </button>
          </p>
        )}
      </div>
    </>
  );
}
