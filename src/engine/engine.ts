/**
 * Implements every method of the protocol by wiring the rooms together. Runs in a worker and in Node alike; what
 * differs between the two is in the platform it is handed.
 */
import { throwIfCancelled } from "../base/job.ts";
import { ask, askPerson } from "../bayes/optimizer.ts";
import { surfaceOf } from "../bayes/surface.ts";
import type { Engine, EngineMethod } from "../rpc/protocol.ts";
import { createMemoryResults } from "../storage/results/resultStore.ts";
import { readScoreTable } from "../study/tables/scoreTable.ts";
import { createCheckpointMethods } from "./checkpointMethods.ts";
import { createCheckpointShelf } from "./checkpoints.ts";
import { createComposeMethods } from "./compose.ts";
import { createContentKeys } from "./contentKeys.ts";
import { createDemo } from "./demo.ts";
import { createDerivedMerges } from "./derivedMerges.ts";
import { createHubAccess } from "./hubAccess.ts";
import { createItemTables, type ItemTables } from "./itemTables.ts";
import { createLabMethods } from "./labMethods.ts";
import type { MethodTable } from "./methodTable.ts";
import { createPaperStudies } from "./paperStudies.ts";
import { createPlaces } from "./places.ts";
import type { Platform } from "./platform.ts";
import { reconsider } from "./reconsider.ts";
import { createSession } from "./session.ts";
import { createSessions } from "./sessions.ts";
import { createStudyJournals } from "./studyJournals.ts";
import { createStudyMethods } from "./studyMethods.ts";
import { suggestNext } from "./suggest.ts";
import { createTaskCatalogue } from "./taskCatalogue.ts";
import { createTaskMethods } from "./taskMethods.ts";

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
  const hub = createHubAccess(platform);
  const derived = createDerivedMerges();
  const places = createPlaces(platform, demo, hub, (name) => derived.files(name));
  const shelf = createCheckpointShelf(places.locate);
  const contents = createContentKeys(platform, shelf);
  const tables = openTables(platform);
  const sessions = createSessions(platform, (backend) =>
    createSession(backend, { platform, shelf, catalogue, contents, tables, derived }),
  );
  const checkpoints = createCheckpointMethods({
    platform,
    catalogue,
    demo,
    hub,
    places,
    shelf,
    sessions,
    derived,
  });
  const journals = createStudyJournals(opened(platform.openJournals), platform.hash);
  const openSession = async (signal: AbortSignal) => {
    await demo.knowTasks(signal);
    return sessions.current();
  };
  const composing = {
    ...{ openSession, shelf, catalogue, contents, derived },
    clock: platform.clock,
    holding: checkpoints.holding,
    remembered: new Map(),
  };
  return {
    ...createStudyMethods(openSession, catalogue, platform.clock, checkpoints.holding, journals),
    ...journals.methods,
    ...createLabMethods(openSession, platform.clock, checkpoints.holding),
    ...createComposeMethods(composing),
    ...createPaperStudies(composing),
    ...checkpoints.methods,
    ...createTaskMethods({ platform, catalogue, demo, hub, tables }),
    start: async ({ backend, threads }) => (await sessions.start(backend, threads)).info,
    openDemo: async (_request, job) => (await demo.open(job.signal)).info,
    askNext: async ({ settings, history, picked }) =>
      picked === null ? ask(settings, history) : askPerson(settings, history, picked),
    reconsider: async (request) => reconsider(request),
    surface: async ({ settings, history }) => surfaceOf(settings, history),
    readTable: async ({ name, text }) => readScoreTable(name, text),
    suggest: async (request) => suggestNext(request),
  };
}

/** What is opened once, when first asked for. */
function opened<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | null = null;
  return () => {
    opening ??= open();
    return opening;
  };
}

/** Item tables in the platform's store, opened when first asked for; in memory where there is none. */
function openTables({ openResults }: Platform): () => Promise<ItemTables> {
  return opened(async () => {
    const store = await openResults().catch(() => null);
    return createItemTables(store ?? createMemoryResults());
  });
}
