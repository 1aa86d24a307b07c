/** Takes a merge away as a checkpoint: how it is written, where to, how far it is. */
import { Download } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import type { ExportArithmetic, ExportDtype } from "../../domain/export.ts";
import type { Recipe } from "../../domain/recipe.ts";
import { byteWords } from "../../plots/openWords.ts";
import { isBusy, type Status } from "../../store/status.ts";
import { Choice, type Option } from "../components/Choice.tsx";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { hasFolders } from "../folderAccess.ts";
import { useActions, useApp } from "../useApp.ts";

const DTYPES: readonly Option<ExportDtype>[] = [
  { value: "float16", label: "float16" },
  { value: "bfloat16", label: "bfloat16" },
  { value: "float32", label: "float32" },
];
const ARITHMETICS: readonly Option<ExportArithmetic>[] = [
  { value: "fp32", label: "fp32, rounded once" },
  { value: "mergekit", label: "as mergekit, rounded throughout" },
];

/** The button, and what opens from it. */
export function ExportButton({ recipe }: { readonly recipe: Recipe }) {
  const { status } = useApp((state) => state.export);
  const { exportMerge, cancelExport } = useActions();
  const [dtype, setDtype] = useState<ExportDtype>("float16");
  const [arithmetic, setArithmetic] = useState<ExportArithmetic>("fp32");
  const busy = isBusy(status);
  const write = (to: "directory" | "download"): void => void exportMerge(recipe, { dtype, arithmetic, to });
  return (
    <Popover.Root>
      <Popover.Trigger className="button">
        <Download size={13} aria-hidden="true" /> {busy ? "exporting" : "export"}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover form export"
          aria-label="Export the merge"
          sideOffset={6}
          align="end"
          collisionPadding={8}
        >
          <p>
            The merged checkpoint in Hugging Face layout: weights, configuration, tokenizer, and the recipe
            for mergekit.
          </p>
          <Choice label="written as" value={dtype} options={DTYPES} onPick={setDtype} />
          <Choice label="arithmetic" value={arithmetic} options={ARITHMETICS} onPick={setArithmetic} />
          {busy ? (
            <Working status={status} onCancel={cancelExport} />
          ) : (
            <div className="row">
              {hasFolders() ? (
                <button type="button" className="button strong" onClick={() => write("directory")}>
                  write into a folder
                </button>
              ) : null}
              <button
                type="button"
                className={hasFolders() ? "button" : "button strong"}
                onClick={() => write("download")}
              >
                download
              </button>
            </div>
          )}
          {status.kind === "failed" ? <ErrorNotice error={status.error} ways={[]} /> : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Working({ status, onCancel }: { readonly status: Status; readonly onCancel: () => void }) {
  const progress = status.kind === "working" ? status.progress : null;
  return (
    <div className="fetch">
      <progress value={progress?.done ?? 0} max={progress?.total ?? 1} aria-label="bytes written" />
      <span className="row number">
        {progress === null
          ? status.kind === "waiting"
            ? "waiting its turn"
            : "starting"
          : byteWords(progress)}
        <button type="button" className="link" onClick={onCancel}>
          cancel
        </button>
      </span>
    </div>
  );
}
