/**
 * Implements every method of the protocol by wiring the rooms together. Runs in a worker and in Node alike; what
 * differs between the two is in the platform it is handed.
 */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import type { Engine, EngineMethod } from "../rpc/protocol.ts";
import { createCheckpointShelf } from "./checkpoints.ts";
import { createDemo } from "./demo.ts";
import { exportMerge } from "./exportMerge.ts";
import { inspectNamed } from "./inspect.ts";
import type { Platform } from "./platform.ts";
import { createSession } from "./session.ts";
import { createSessions } from "./sessions.ts";
import { createStudyMethods, type MethodTable } from "./studyMethods.ts";
import { suggestNext } from "./suggest.ts";
import { createTaskCatalogue } from "./taskCatalogue.ts";

/** An engine on this platform. The device starts with the first call that needs it, or with `start`. */
export function createEngine(platform: Platform): Engine {
  const methods = createMethods(platform);
  return {
    async call(method, request, job) {
      throwIfCancelled(job.signal);
      return methods[method](request, job);
    },
  };
}

function createMethods(platform: Platform): MethodTable<EngineMethod> {
  const catalogue = createTaskCatalogue();
  const demo = createDemo(platform, catalogue);
  const shelf = createCheckpointShelf(async (name, signal) => {
    if (name.startsWith("demo:")) return demo.files(name, signal);
    const files = await platform.openCheckpoint(name, signal);
    if (files !== null) return files;
    throw new AppError("not-found", `There is no checkpoint ${name}.`, {
      advice: "Give demo:STEP, a folder in Hugging Face layout, or a .safetensors file.",
      fields: { checkpoint: name },
    });
  });
  const sessions = createSessions(platform, (backend) =>
    createSession(backend, { platform, shelf, catalogue }),
  );

  const openSession = async (signal: AbortSignal) => {
    await demo.knowTasks(signal);
    return sessions.current();
  };
  return {
    ...createStudyMethods(openSession, catalogue, platform.clock),
    start: async ({ backend, threads }) => (await sessions.start(backend, threads)).info,
    openDemo: async (_request, job) => (await demo.open(job.signal)).info,
    inspect: ({ checkpoints }, job) => inspectNamed(shelf, checkpoints, job.signal),
    addTask: async ({ name, jsonl }) => catalogue.add(name, jsonl),
    async taskRows({ task, split, first, count }, job) {
      await demo.knowTasks(job.signal);
      return (await catalogue.rows(task, split, null, job.signal)).slice(first, first + count);
    },
    suggest: async (request) => suggestNext(request),
    exportMerge: ({ recipe, dtype }, job) => exportMerge(shelf, platform.clock, recipe, dtype, job),
  };
}
