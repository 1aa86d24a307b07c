/** What groups of the engine's methods have in common. Types only. */
import type { EngineMethod, EngineMethods, Job } from "../rpc/protocol.ts";

/** Methods of these names, as the protocol has them. */
export type MethodTable<M extends EngineMethod> = {
  readonly [Name in M]: (
    request: EngineMethods[Name]["request"],
    job: Job,
  ) => Promise<EngineMethods[Name]["result"]>;
};

/** Runs work during which the files of these checkpoints are not let go. */
export type Holding = <T>(names: readonly string[], job: Job, work: () => Promise<T>) => Promise<T>;
