/** Folders of this machine: picked or dropped. Nothing is uploaded. */
import { FolderOpen } from "lucide-react";
import { useRef } from "react";
import { formatBytes, shortName } from "../../plots/format.ts";
import { isBusy } from "../../store/status.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { hasFolders, pickDirectory, readDirectory, readList } from "../folderAccess.ts";
import { useActions, useApp } from "../useApp.ts";

/** Not in React's list of attributes. */
const DIRECTORY = { webkitdirectory: "" };

/** From this machine. */
export function FolderPicker() {
  const { added, status } = useApp(({ folders }) => folders);
  const chosen = useApp(({ choice }) => choice.checkpoints);
  const { addFiles, toggleCheckpoint } = useActions();
  const folderInput = useRef<HTMLInputElement>(null);
  const fileInput = useRef<HTMLInputElement>(null);
  const pick = async (): Promise<void> => {
    if (!hasFolders()) return folderInput.current?.click();
    // Who picks nothing has changed their mind.
    const folder = await pickDirectory("read").catch(() => null);
    if (folder !== null) await addFiles(() => readDirectory(folder));
  };
  const take = (input: HTMLInputElement): void => {
    const files = readList(input.files);
    input.value = "";
    void addFiles(async () => files);
  };
  return (
    <section className="place" aria-labelledby="from-machine">
      <h2 id="from-machine">From this machine</h2>
      <div className="drop-zone">
        <p>Drop folders of checkpoints anywhere on the page: several at once, or one that holds several.</p>
        <p className="row">
          <button type="button" className="button" disabled={isBusy(status)} onClick={() => void pick()}>
            <FolderOpen size={13} aria-hidden="true" /> {isBusy(status) ? "reading" : "pick a folder"}
          </button>
          <button type="button" className="link" onClick={() => fileInput.current?.click()}>
            or single files
          </button>
        </p>
        <p className="quiet small">Nothing is uploaded: the page reads them where they are.</p>
        <input
          {...DIRECTORY}
          ref={folderInput}
          type="file"
          hidden
          aria-label="folder of a checkpoint"
          onChange={(event) => take(event.target)}
        />
        <input
          ref={fileInput}
          type="file"
          multiple
          hidden
          accept=".safetensors,.bin,.json,.txt,.model"
          aria-label="files of a checkpoint"
          onChange={(event) => take(event.target)}
        />
      </div>
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={[]} /> : null}
      {added.length === 0 ? null : (
        <ul className="list">
          {added.map(({ checkpoint, files, bytes }) => (
            <li key={checkpoint}>
              <label className="check">
                <input
                  type="checkbox"
                  checked={chosen.includes(checkpoint)}
                  onChange={() => toggleCheckpoint(checkpoint)}
                />
                <span className="words">{shortName(checkpoint)}</span>
              </label>
              <span className="quiet number">
                {files} {files === 1 ? "file" : "files"}, {formatBytes(bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
