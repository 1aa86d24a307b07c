/** Folders dropped anywhere on the page. */
import { useEffect, useState } from "react";
import type { PickedFile } from "../store/folders.ts";
import { takeDropped } from "./folderAccess.ts";

/** Whether files hang over the page now; `onDrop` gets a way to read them. */
export function useFolderDrop(onDrop: (read: () => Promise<readonly PickedFile[]>) => void): boolean {
  const [hanging, setHanging] = useState(false);
  useEffect(() => {
    // Every element that is entered and left tells so; only the balance says whether the page was left.
    let inside = 0;
    const set = (count: number): void => {
      inside = Math.max(0, count);
      setHanging(inside > 0);
    };
    const withFiles = (act: (event: DragEvent, transfer: DataTransfer) => void) => (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      act(event, event.dataTransfer);
    };
    const enter = withFiles(() => set(inside + 1));
    const leave = withFiles(() => set(inside - 1));
    const over = withFiles((_, transfer) => {
      transfer.dropEffect = "copy";
    });
    const drop = withFiles((_, transfer) => {
      set(0);
      onDrop(takeDropped(transfer));
    });
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
    };
  }, [onDrop]);
  return hanging;
}
