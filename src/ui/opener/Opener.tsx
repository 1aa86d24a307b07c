/**
 * The button that says which run is explored, and the panel that opens others: the demo, the hub, folders of this
 * machine. First what there is to pick from, then what was found in what was picked.
 */
import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { isGettingIn } from "../../store/choice.ts";
import { useActions, useApp } from "../useApp.ts";
import { ChoiceBar } from "./ChoiceBar.tsx";
import { DemoRow } from "./DemoRow.tsx";
import { FolderPicker } from "./FolderPicker.tsx";
import { HubPicker } from "./HubPicker.tsx";
import { KeptList } from "./KeptList.tsx";
import { XRay } from "./XRay.tsx";

/** The button, and what opens from it. */
export function Opener() {
  const open = useApp(({ view }) => view.opener);
  const looking = useApp(({ choice }) => choice.looking);
  const { showOpener } = useActions();
  return (
    <Popover.Root open={open} onOpenChange={showOpener}>
      <OpenerButton />
      <Popover.Portal>
        <Popover.Content
          className="popover opener"
          aria-label="Open a run"
          sideOffset={6}
          align="start"
          collisionPadding={8}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            focusFirst(event.currentTarget);
          }}
        >
          {looking ? <XRay /> : <Lists />}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Focus goes to what is likely wanted, which says so of itself. */
function focusFirst(content: EventTarget | null): void {
  if (!(content instanceof HTMLElement)) return;
  (content.querySelector<HTMLElement>("[data-first]") ?? content).focus();
}

function OpenerButton() {
  const title = useApp(({ run }) => run.info?.title ?? null);
  const fetched = useApp(({ choice }) => choice.fetched);
  const busy = useApp(isGettingIn);
  const arrived = useApp(({ choice, view }) => choice.arrived && choice.fetched !== null && !view.opener);
  const share =
    fetched === null || fetched.total === 0 ? null : Math.floor((100 * fetched.done) / fetched.total);
  const state = busy ? `fetching${share === null ? "" : ` ${share} %`}` : arrived ? "fetched" : null;
  return (
    <span className="choice">
      <span className="quiet" aria-hidden="true">
        run
      </span>
      <Popover.Trigger
        className="button run-title"
        aria-label={`run: ${title ?? "none"}${state === null ? "" : `, ${state}`}`}
      >
        <span className="words">{title ?? "open a run"}</span>
        {state === null ? null : <span className="quiet number">{state}</span>}
        <ChevronDown size={13} aria-hidden="true" />
      </Popover.Trigger>
    </span>
  );
}

function Lists() {
  return (
    <>
      <DemoRow />
      <div className="places">
        <HubPicker />
        <div className="stack">
          <FolderPicker />
          <KeptList />
        </div>
      </div>
      <ChoiceBar />
    </>
  );
}
