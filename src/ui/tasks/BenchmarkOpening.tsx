/** A picked benchmark: its data, its worked examples, and opening it. */
import { Download, FolderOpen } from "lucide-react";
import { useRef } from "react";
import type { BenchmarkInfo } from "../../domain/task.ts";
import { formatBytes } from "../../plots/format.ts";
import { isBusy } from "../../store/status.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { hasFolders, pickDirectory, readAnyFiles, readDirectory } from "../folderAccess.ts";
import { useActions, useApp } from "../useApp.ts";

/** As lm-evaluation-harness seeds its draws. */
const HARNESS_SEED = 1234;

/** The form. */
export function BenchmarkOpening({ benchmark }: { readonly benchmark: BenchmarkInfo }) {
  const { data, status } = useApp(({ tasks }) => tasks);
  const { openPicked, cancelTask, pickBenchmark } = useActions();
  return (
    <section className="place" aria-labelledby="opening">
      <h2 id="opening">{benchmark.title}</h2>
      <p>
        {benchmark.description}{" "}
        <span className="quiet">
          From {benchmark.source}, licence {benchmark.licence}; prompt version {benchmark.version}.
        </span>
      </p>
      <Part benchmark={benchmark} />
      <Data benchmark={benchmark} />
      <Shots benchmark={benchmark} />
      <p className="row">
        <button
          type="button"
          className="button strong"
          disabled={data === null || isBusy(status)}
          onClick={() => void openPicked()}
        >
          open {benchmark.title}
        </button>
        <WorkNote status={status} onCancel={cancelTask} />
        <button type="button" className="link" onClick={() => pickBenchmark(null)}>
          back
        </button>
      </p>
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={[]} /> : null}
      <Opened name={benchmark.name} />
    </section>
  );
}

/** All parts of a collection, or one. */
function Part({ benchmark: { name, subsets } }: { readonly benchmark: BenchmarkInfo }) {
  const picked = useApp(({ tasks }) => tasks.picked);
  const { pickBenchmark } = useActions();
  if (subsets.length === 0) return null;
  return (
    <label className="choice">
      <span className="quiet">part</span>
      <select value={picked ?? name} onChange={({ target }) => pickBenchmark(target.value)}>
        <option value={name}>all {subsets.length}, as far as their files are there</option>
        {subsets.map((subset) => (
          <option key={subset} value={`${name}_${subset}`}>
            {subset.replaceAll("_", " ")}
          </option>
        ))}
      </select>
    </label>
  );
}

function Data({ benchmark }: { readonly benchmark: BenchmarkInfo }) {
  const { data, status } = useApp(({ tasks }) => tasks);
  const { addTaskFiles, takeHubData } = useActions();
  const input = useRef<HTMLInputElement>(null);
  const pickFolder = async (): Promise<void> => {
    if (!hasFolders()) return input.current?.click();
    const folder = await pickDirectory("read").catch(() => null);
    if (folder !== null) await addTaskFiles(() => readDirectory(folder));
  };
  return (
    <div className="drop-zone">
      <p>
        Drop its files anywhere on the page: <b>{benchmark.files}</b>.
      </p>
      <p className="row">
        <button type="button" className="button" disabled={isBusy(status)} onClick={() => void pickFolder()}>
          <FolderOpen size={13} aria-hidden="true" /> pick a folder
        </button>
        <button type="button" className="link" onClick={() => input.current?.click()}>
          or files
        </button>
        <button type="button" className="button" disabled={isBusy(status)} onClick={takeHubData}>
          <Download size={13} aria-hidden="true" /> from the hub
        </button>
      </p>
      <p className="quiet small" role="status">
        {data === null
          ? "Nothing is uploaded: the page reads them where they are."
          : data.kind === "hub"
            ? `${benchmark.repository} will be fetched from the hub when you open it.`
            : filesWords(data.files)}
      </p>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={`files of ${benchmark.title}`}
        onChange={({ target }) => {
          const files = readAnyFiles(target.files);
          target.value = "";
          void addTaskFiles(async () => files);
        }}
      />
    </div>
  );
}

function filesWords(files: readonly { readonly path: string; readonly bytes: number }[]): string {
  const total = formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const [first] = files;
  return files.length === 1 ? `${first!.path}, ${total}` : `${files.length} files, ${total}`;
}

function Shots({ benchmark }: { readonly benchmark: BenchmarkInfo }) {
  const { fewShot, seed } = useApp(({ tasks }) => tasks);
  const { pickShots } = useActions();
  if (benchmark.kind === "text") return null;
  const whole = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null);
  return (
    <p className="row">
      <label className="choice">
        <span className="quiet">worked examples</span>
        <input
          className="number"
          type="number"
          min={0}
          max={100}
          value={fewShot ?? benchmark.fewShot}
          onChange={({ target }) => pickShots({ fewShot: whole(target.value) })}
        />
      </label>
      <label className="choice">
        <span className="quiet">seed of their draw</span>
        <input
          className="number"
          type="number"
          min={0}
          value={seed ?? HARNESS_SEED}
          onChange={({ target }) => pickShots({ seed: whole(target.value) })}
        />
      </label>
    </p>
  );
}

/** What became of it. */
function Opened({ name }: { readonly name: string }) {
  const info = useApp(({ tasks }) => tasks.opened.findLast(({ like }) => like === name) ?? null);
  if (info === null) return null;
  const { rows, splitSeed, groups } = info;
  return (
    <p role="status">
      <b>{info.name}</b> is open: {(rows.search + rows.test).toLocaleString("en")} rows
      {groups.length === 0 ? "" : ` of ${groups.length} parts`}, {rows.search.toLocaleString("en")} to search
      on and {rows.test.toLocaleString("en")} to be judged on
      {splitSeed === null ? "" : ` (divided by seed ${splitSeed})`}.
    </p>
  );
}
