/** How a merge is written as a checkpoint, where to, and what came of it. */
import type { Recipe } from "./recipe.ts";

/** Number formats of written weights. */
export type ExportDtype = "float16" | "bfloat16" | "float32";

/**
 * How the merge is computed: `fp32`, products and sums in fp32 and rounded once; `mergekit`, in the written number
 * format throughout, as mergekit 0.1.4's linear method does when that is its `dtype`, or that of the files and none is given.
 */
export type ExportArithmetic = "fp32" | "mergekit";

/** Where the files go. */
export type ExportTarget =
  /** A folder of this machine that is new or empty. Node. */
  | { readonly kind: "path"; readonly path: string }
  /** A new folder of this name inside one that the person picked. Browser. */
  | { readonly kind: "directory"; readonly parent: FileSystemDirectoryHandle; readonly name: string }
  /** Files kept by the browser until the page has handed them over as downloads. */
  | { readonly kind: "download"; readonly name: string };

/** One export. */
export type ExportRequest = {
  readonly recipe: Recipe;
  readonly dtype: ExportDtype;
  readonly arithmetic: ExportArithmetic;
  /** The tensors of a weights file take no more than this together, unless it has only one. */
  readonly maxShardBytes: number;
  readonly target: ExportTarget;
};

/** A written file; `blob` is there for a download. */
export type ExportedFile = { readonly name: string; readonly bytes: number; readonly blob: Blob | null };
