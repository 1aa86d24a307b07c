/** Figures of full-size checkpoints as Markdown. Pure. */

/** What the page did with a pair from the hub, on wasm. */
export type BrowserFigures = {
  readonly fetchMs: number;
  readonly firstMs: number;
  readonly nextMs: number;
  readonly exportMs: number;
  /** Peak of the page's and the worker's JavaScript memory, as the browser tells it; `null` where it does not. */
  readonly peakBytes: number | null;
};

/** One shape's figures, both parents together; times in milliseconds. */
export type ShapeFigures = {
  readonly shape: string;
  readonly fileBytes: number;
  readonly read: { readonly ms: number; readonly bytes: number };
  readonly load: { readonly ms: number; readonly overheadBytes: number };
  readonly engine: {
    readonly inspectMs: number;
    readonly firstMs: number;
    readonly nextMs: number;
    readonly exportMs: number;
    readonly evaluatedPeak: number;
    readonly outBytes: number;
  };
  readonly fetched: { readonly ms: number; readonly peakBytes: number; readonly sentBytes: number };
  readonly browser: BrowserFigures | null;
};

/** Everything measured in one run. */
export type CheckpointFigures = {
  readonly machine: string;
  readonly shapes: readonly ShapeFigures[];
  /** Merging alone of two large parents. */
  readonly large: {
    readonly ms: number;
    readonly peakBytes: number;
    readonly parentBytes: number;
    readonly copyMs: number;
  };
};

const OPEN_RATIO = 1.5;
const OVERHEAD_BYTES = 200e6;
const LARGE_PEAK_BYTES = 2 ** 30;

/** The part of `bench/RESULTS.md`. */
export function formatCheckpoints({ machine, shapes, large }: CheckpointFigures): string {
  return [
    "# Full-size checkpoints",
    "",
    `Written by \`npm run bench:checkpoints\`. Two checkpoints of each shape, random fp16 weights with the mask buffers. One run: ${machine}.`,
    "",
    row("Node", ...shapes.map(({ shape }) => `${shape} × 2`)),
    row("---", ...shapes.map(() => "---:")),
    line(shapes, "files", ({ fileBytes }) => mb(fileBytes)),
    line(shapes, "X-ray", ({ engine }) => time(engine.inspectMs)),
    line(shapes, "reading the weights and keeping them", ({ read }) => time(read.ms)),
    line(shapes, "opening: reading, checking, keeping", ({ load }) => time(load.ms)),
    line(shapes, `opening ÷ reading (at most ${OPEN_RATIO})`, ({ read, load }) =>
      judged((load.ms / read.ms).toFixed(2), load.ms <= OPEN_RATIO * read.ms),
    ),
    line(shapes, "peak above the resident parents (at most 200 MB)", ({ load }) =>
      judged(mb(Math.max(0, load.overheadBytes)), load.overheadBytes <= OVERHEAD_BYTES),
    ),
    line(shapes, "first λ: open, start, merge, evaluate 100 rows", ({ engine }) => time(engine.firstMs)),
    line(shapes, "next λ: merge, evaluate 100 rows", ({ engine }) => time(engine.nextMs)),
    line(shapes, "peak memory of all that", ({ engine }) => mb(engine.evaluatedPeak)),
    line(
      shapes,
      "export, parents hashed",
      ({ engine }) => `${time(engine.exportMs)} (${rate(engine.outBytes, engine.exportMs)})`,
    ),
    line(
      shapes,
      "fetched from a hub on this machine, verified",
      ({ fetched }) => `${time(fetched.ms)} (${rate(fetched.sentBytes, fetched.ms)})`,
    ),
    line(
      shapes,
      "sent of the files' bytes",
      ({ fetched, fileBytes }) => `${((100 * fetched.sentBytes) / fileBytes).toFixed(1)} %`,
    ),
    line(shapes, "peak memory while fetching", ({ fetched }) => mb(fetched.peakBytes)),
    "",
    ...shapes.flatMap(({ shape, browser, fetched }) =>
      browser === null ? [] : browserLines(shape, browser, fetched.sentBytes),
    ),
    "## Merging alone",
    "",
    `Two checkpoints of ${mb(large.parentBytes)} each (a 7B model's tensors, fewer layers): hashed, merged and written in ${time(large.ms)}, ` +
      `${rate(large.parentBytes, large.ms)} of output; peak memory ${judged(mb(large.peakBytes), large.peakBytes < LARGE_PEAK_BYTES)} (under 1 GiB). ` +
      `The disk alone copies and syncs one of them in ${time(large.copyMs)}: ${(large.ms / large.copyMs).toFixed(1)} times that for reading two twice and writing one.`,
    "",
  ].join("\n");
}

function browserLines(shape: string, browser: BrowserFigures, sentBytes: number): readonly string[] {
  return [
    `In Chromium, wasm with 2 threads, ${shape} × 2: fetched, verified and kept in ${time(browser.fetchMs)} (${rate(sentBytes, browser.fetchMs)}); ` +
      `first λ ${time(browser.firstMs)}, next λ ${time(browser.nextMs)} (100 rows each); export as downloads ${time(browser.exportMs)}` +
      `${browser.peakBytes === null ? "" : `; highest JavaScript memory seen ${mb(browser.peakBytes)}`}.`,
    "",
  ];
}

function line(
  shapes: readonly ShapeFigures[],
  what: string,
  figure: (shape: ShapeFigures) => string,
): string {
  return row(what, ...shapes.map(figure));
}

function judged(figure: string, met: boolean): string {
  return `${figure}, ${met ? "met" : "MISSED"}`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function mb(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

function time(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms.toFixed(0)} ms`;
}

function rate(bytes: number, ms: number): string {
  return `${(bytes / 1e3 / ms).toFixed(0)} MB/s`;
}
