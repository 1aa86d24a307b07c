/**
 * The button beside the task menu, and the panel that opens tasks: benchmarks with their data, task files of one's own.
 */
import { Plus } from "lucide-react";
import { Popover } from "radix-ui";
import { useEffect } from "react";
import { pickedBenchmark } from "../../store/tasks.ts";
import { useActions, useApp } from "../useApp.ts";
import { BenchmarkList } from "./BenchmarkList.tsx";
import { BenchmarkOpening } from "./BenchmarkOpening.tsx";
import { OwnTask } from "./OwnTask.tsx";
import { ResultsLine } from "./ResultsLine.tsx";

/** The button, and what opens from it. */
export function TaskOpener() {
  const shown = useApp(({ tasks }) => tasks.shown);
  const { showTasks } = useActions();
  return (
    <Popover.Root open={shown} onOpenChange={(open) => showTasks(open)}>
      <Popover.Trigger
        className="icon"
        aria-label="Open a task"
        title="open a benchmark or a task of your own"
      >
        <Plus size={15} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover opener tasks"
          aria-label="Open a task"
          sideOffset={6}
          align="start"
          collisionPadding={8}
        >
          <Panel />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Panel() {
  const picked = useApp(({ tasks }) => pickedBenchmark(tasks));
  const { readBenchmarks } = useActions();
  useEffect(() => {
    void readBenchmarks();
  }, [readBenchmarks]);
  return (
    <div className="places">
      <section className="place" aria-labelledby="benchmarks">
        <h2 id="benchmarks">Benchmarks</h2>
        <p className="quiet">
          Prompts, worked examples and metrics of lm-evaluation-harness. Their questions have licences of
          their own: give the published files, or fetch them.
        </p>
        <BenchmarkList />
      </section>
      <div className="stack">
        {picked === null ? <OwnTask /> : <BenchmarkOpening benchmark={picked} />}
        <ResultsLine />
      </div>
    </div>
  );
}
