/** Task files of one's own: rows as JSON lines, or the harness's YAML. */
import { FileText } from "lucide-react";
import { useRef } from "react";
import { isBusy } from "../../store/status.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { readAnyFiles } from "../folderAccess.ts";
import { useActions, useApp } from "../useApp.ts";

const SHAPES: readonly (readonly [row: string, meaning: string])[] = [
  ['{"context", "choices", "gold"}', "multiple choice"],
  ['{"contexts", "continuation", "gold"}', "the context that makes the rest likely"],
  ['{"context", "target"}', "a last word"],
  ['{"text"}', "running text, perplexity"],
  ['{"question", "answer"}', "a generated answer, exact match"],
];

/** What may be dropped, and a button for those who do not drop. */
export function OwnTask() {
  const status = useApp(({ tasks }) => tasks.status);
  const { addTaskFiles, cancelTask } = useActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <section className="place" aria-labelledby="own-task">
      <h2 id="own-task">A task of your own</h2>
      <div className="drop-zone">
        <p>
          Drop a <b>.jsonl</b> file, one row a line, or a harness <b>.yaml</b> with its data. Pick a benchmark
          on the left to give its files instead.
        </p>
        <p className="row">
          <button
            type="button"
            className="button"
            disabled={isBusy(status)}
            onClick={() => input.current?.click()}
          >
            <FileText size={13} aria-hidden="true" /> pick files
          </button>
          <WorkNote status={status} onCancel={cancelTask} />
        </p>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="files of a task"
          onChange={({ target }) => {
            const files = readAnyFiles(target.files);
            target.value = "";
            void addTaskFiles(async () => files);
          }}
        />
      </div>
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={[]} /> : null}
      <dl className="shapes">
        {SHAPES.map(([row, meaning]) => (
          <div key={row}>
            <dt>
              <code>{row}</code>
            </dt>
            <dd className="quiet">{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
