/** The top line: which run, task and measure; which device computes, and why; theme, link, shortcuts. */
import { BookOpen, FileSpreadsheet, Keyboard, Moon, Share2, Sun, SunMoon } from "lucide-react";
import { Popover } from "radix-ui";
import { type Ref, useEffect, useMemo, useState } from "react";
import { type MetricName, measuresOf } from "../../domain/measure.ts";
import { isLinkable } from "../../store/runLink.ts";
import type { ThemeChoice } from "../../store/state.ts";
import { currentMeasure, currentTask } from "../../store/subject.ts";
import { Choice } from "../components/Choice.tsx";
import { CopyButton } from "../components/CopyButton.tsx";
import { Hint } from "../components/Term.tsx";
import { Opener } from "../opener/Opener.tsx";
import { SHORTCUTS } from "../shortcuts.ts";
import { TableOpener } from "../table/TableView.tsx";
import { TaskOpener } from "../tasks/TaskOpener.tsx";
import { useActions, useApp } from "../useApp.ts";
import { DeviceButton } from "./DeviceButton.tsx";

const THEMES: Readonly<Record<ThemeChoice, { readonly next: ThemeChoice; readonly label: string }>> = {
  auto: { next: "light", label: "theme: as the system" },
  light: { next: "dark", label: "theme: light" },
  dark: { next: "auto", label: "theme: dark" },
};

/** The whole line. */
export function TopBar(props: {
  readonly taskRef: Ref<HTMLSelectElement>;
  readonly shortcutsOpen: boolean;
  readonly onShortcuts: (open: boolean) => void;
}) {
  const run = useApp((state) => state.run.info);
  const opened = useApp((state) => state.tasks.opened);
  const tasks = useMemo(() => [...(run?.tasks ?? []), ...opened], [run, opened]);
  const task = useApp(currentTask);
  const measure = useApp(currentMeasure);
  const actions = useActions();
  return (
    <header className="bar">
      <h1>MergeScope</h1>
      <Opener />
      <Choice<string>
        ref={props.taskRef}
        label="task"
        value={task?.name ?? null}
        options={tasks.map(({ name, title }) => ({ value: name, label: title }))}
        onPick={actions.pickTask}
      />
      <TaskOpener />
      <Choice<MetricName>
        label="measure"
        value={measure?.metric ?? null}
        options={
          task === null ? [] : measuresOf(task.kind).map(({ metric, label }) => ({ value: metric, label }))
        }
        onPick={actions.pickMetric}
      />
      <div className="bar-end">
        <StudiesButton />
        <TablesButton />
        <DeviceButton />
        <ThemeButton />
        <Shortcuts open={props.shortcutsOpen} onOpen={props.onShortcuts} />
        <ShareButton />
      </div>
    </header>
  );
}

/** The address says all of it, unless what is shown lies on this machine alone. */
function ShareButton() {
  const hasLink = useApp(({ run }) => run.info === null || isLinkable(run.info));
  if (hasLink) return <CopyButton label="share" text={() => location.href} icon={Share2} />;
  return (
    <Hint meaning="Folders of this machine have no link: nobody else can open them.">
      <button type="button" className="button" aria-disabled>
        <Share2 size={13} aria-hidden="true" /> share
      </button>
    </Hint>
  );
}

/** The papers' studies, and the way back. */
function StudiesButton() {
  const isShown = useApp((state) => state.studies.shown !== null);
  const { showStudy, closeTable } = useActions();
  const toggle = (): void => {
    closeTable();
    void showStudy(isShown ? null : "pairs");
  };
  return (
    <button type="button" className="button" aria-pressed={isShown} onClick={toggle}>
      <BookOpen size={13} aria-hidden="true" /> studies
    </button>
  );
}

/** Scores measured elsewhere. */
function TablesButton() {
  const [open, setOpen] = useState(false);
  const table = useApp((state) => state.table.table?.name ?? null);
  // What was picked here is shown.
  useEffect(() => setOpen(false), [table]);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="button">
        <FileSpreadsheet size={13} aria-hidden="true" /> your scores
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={6} align="end" collisionPadding={8}>
          <TableOpener />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function ThemeButton() {
  const theme = useApp(({ view }) => view.theme);
  const { pickTheme } = useActions();
  const Icon = { auto: SunMoon, light: Sun, dark: Moon }[theme];
  const { next, label } = THEMES[theme];
  return (
    <Hint meaning={label}>
      <button type="button" className="icon" aria-label={label} onClick={() => pickTheme(next)}>
        <Icon size={15} aria-hidden="true" />
      </button>
    </Hint>
  );
}

function Shortcuts(props: { readonly open: boolean; readonly onOpen: (open: boolean) => void }) {
  return (
    <Popover.Root open={props.open} onOpenChange={props.onOpen}>
      <Popover.Trigger className="icon" aria-label="Keyboard shortcuts" title="keyboard shortcuts (?)">
        <Keyboard size={15} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={6} align="end" collisionPadding={8}>
          <dl className="keys">
            {SHORTCUTS.map(({ keys, meaning }) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
