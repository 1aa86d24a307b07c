/** A repository of the hub and its revisions, to pick two or more of. */
import { type FormEvent, useRef, useState } from "react";
import { isRepository } from "../../domain/hubName.ts";
import { repositoryOf } from "../../store/revisions.ts";
import { isBusy } from "../../store/status.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { useActions, useApp } from "../useApp.ts";
import { HubSettings } from "./HubSettings.tsx";
import { RevisionPicker } from "./RevisionPicker.tsx";

const EXAMPLES = ["EleutherAI/pythia-70m", "EleutherAI/pythia-410m", "EleutherAI/pythia-70m-deduped"];

/** From the hub. */
export function HubPicker() {
  const { found, status } = useApp(({ hub }) => hub);
  const { lookUp, cancelLookUp } = useActions();
  const [typed, setTyped] = useState(found?.repository ?? "");
  const [refused, setRefused] = useState(false);
  const settings = useRef<HTMLDetailsElement>(null);
  const ask = (text: string): void => {
    const repository = repositoryOf(text);
    setTyped(text);
    setRefused(!isRepository(repository));
    if (isRepository(repository)) void lookUp(repository);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask(typed);
  };
  const giveToken = (): void => {
    if (settings.current === null) return;
    settings.current.open = true;
    settings.current.querySelector<HTMLInputElement>("input[type=password]")?.focus();
  };
  return (
    <section className="place" aria-labelledby="from-hub">
      <h2 id="from-hub">From the hub</h2>
      <form className="row" onSubmit={submit}>
        <label className="field grow">
          <span className="unseen">repository</span>
          <input
            data-first
            type="text"
            value={typed}
            placeholder="EleutherAI/pythia-70m"
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            aria-invalid={refused}
            aria-describedby={refused ? "refused-repository" : undefined}
            onChange={(event) => {
              setTyped(event.target.value);
              setRefused(false);
            }}
          />
        </label>
        {isBusy(status) ? (
          <button type="button" className="button" onClick={cancelLookUp}>
            looking it up · cancel
          </button>
        ) : (
          <button type="submit" className="button">
            look up
          </button>
        )}
      </form>
      {refused ? (
        <p id="refused-repository" className="bad" role="alert">
          A repository is OWNER/NAME, such as EleutherAI/pythia-70m.
        </p>
      ) : null}
      {status.kind === "failed" ? (
        <ErrorNotice
          error={status.error}
          ways={[
            { label: "try again", act: () => ask(typed) },
            { label: "give a token", act: giveToken },
          ]}
        />
      ) : null}
      {found === null ? (
        <div className="hub-empty quiet">
          <p>
            Name a repository of the Hugging Face hub: its saved training steps, branches and tags will be
            listed here, to pick two or more of. For example:
          </p>
          <p className="row">
            {EXAMPLES.map((name) => (
              <button key={name} type="button" className="link" onClick={() => ask(name)}>
                {name}
              </button>
            ))}
          </p>
        </div>
      ) : (
        <RevisionPicker found={found} />
      )}
      <HubSettings ref={settings} />
    </section>
  );
}
