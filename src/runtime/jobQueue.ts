/** One thing at a time, in the order asked: a device neither runs two batches at once nor merges under a run. */

/** Runs a job when all jobs before it are over, whatever became of them. */
export type JobQueue = <T>(job: () => Promise<T>) => Promise<T>;

/** An empty queue. */
export function createJobQueue(): JobQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = last.then(job);
    last = result.catch(() => undefined);
    return result;
  };
}
