/** What is kept of evaluations on this machine, so that nothing is evaluated twice. */

/** Item tables: one for each task, weights and precision. */
export type KeptResults = {
  readonly tables: number;
  readonly usedBytes: number;
  /** The oldest tables make way beyond this. */
  readonly limitBytes: number;
  /** In words: where they lie. */
  readonly place: string;
};
