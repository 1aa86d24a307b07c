/** The built-in benchmarks, to pick one from. */
import type { BenchmarkInfo } from "../../domain/task.ts";
import { pickedBenchmark } from "../../store/tasks.ts";
import { useActions, useApp } from "../useApp.ts";

/** One row a benchmark. */
export function BenchmarkList() {
  const tasks = useApp((state) => state.tasks);
  const picked = pickedBenchmark(tasks);
  const { pickBenchmark } = useActions();
  if (tasks.benchmarks === null) return <p className="quiet">reading the list</p>;
  return (
    <ul className="benchmarks">
      {tasks.benchmarks.map((one) => (
        <li key={one.name}>
          <button
            type="button"
            className="benchmark"
            aria-pressed={one.name === picked?.name}
            onClick={() => pickBenchmark(one.name === picked?.name ? null : one.name)}
          >
            <b>{one.title}</b>
            <span>{one.description}</span>
            <small className="quiet">{describe(one)}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}

function describe({ metrics, fewShot, subsets, licence, language }: BenchmarkInfo): string {
  const parts = [
    metrics.join(", "),
    fewShot === 0 ? null : `${fewShot} worked examples`,
    subsets.length === 0 ? null : `${subsets.length} parts`,
    language === "zh" ? "Chinese" : null,
    licence,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}
