/** Where a command's words go: results to one stream, everything else to the other. Knows no command. */

/** Two text streams; `interactive` when the second is a screen whose last line can be rewritten. */
export interface Terminal {
  /** Results: stdout. */
  out(text: string): void;
  /** Progress, warnings and errors: stderr. */
  error(text: string): void;
  readonly interactive: boolean;
  /** Characters a line of stdout holds. */
  readonly columns: number;
}

/** The process's own streams. A reader that closes stdout early (`| head`) ends the process quietly. */
export function processTerminal(process: NodeJS.Process): Terminal {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    // Some terminals say 0.
    columns: process.stdout.columns || process.stderr.columns || 100,
  };
}
