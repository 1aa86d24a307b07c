/** Merges by a method's name: the method is chosen and set, made on the present checkpoints, and judged on both halves. */
import type { ComposeRequest, MethodDescription, OptionValue, OptionValues } from "../domain/mergeMethod.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import type { MethodRow } from "./labState.ts";
import type { AppState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentKey, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on methods. */
export type MethodsActions = {
  /** Asks for the list, once. */
  readonly listMethods: () => Promise<void>;
  readonly pickMethod: (name: string) => void;
  /** `null` takes the option's usual value. */
  readonly setMethodOption: (name: string, value: OptionValue | null) => void;
  readonly pickMethodBase: (checkpoint: string) => void;
  /** Makes the merge and measures it on the present rows and on the others. */
  readonly makeMerge: () => Promise<void>;
  readonly cancelMethod: () => void;
};

/** Rows that Fisher and RegMean are measured on. */
const CALIBRATION_ROWS = 64;

/** The question that merges made now answer: the rows of its key are those of the present checkpoints and task. */
export function methodKey(state: AppState): string | null {
  return currentKey(state, state.subject.parents);
}

/** The picked method; `null` before the list is known. */
export function pickedMethod({ methods }: AppState): MethodDescription | null {
  return methods.list?.find(({ name }) => name === methods.picked) ?? null;
}

/** The checkpoint that task vectors are differences from. */
export function methodBase({ methods, run }: AppState): string | null {
  return methods.base ?? run.info?.checkpoints[0]?.name ?? null;
}

/** The methods' actions over a context. */
export function createMethodsActions(context: Context): MethodsActions {
  const { get, patch } = context;
  let running: Running | null = null;
  return {
    async listMethods() {
      if (get().methods.list !== null) return;
      await startRun(context, {
        method: "mergeMethods",
        request: () => ({}),
        onStatus: (status) => {
          if (status.kind === "failed") patch("methods", { status });
        },
        // Weights of one's own are picked in the picture.
        onResult: (list) => patch("methods", { list: list.filter(({ name }) => name !== "linear") }),
        apart: true,
      }).done;
    },
    pickMethod: (picked) => patch("methods", { picked }),
    setMethodOption(name, value) {
      const { options, picked } = get().methods;
      const { [name]: _, ...others } = options[picked] ?? {};
      const changed: OptionValues = value === null ? others : { ...others, [name]: value };
      patch("methods", { options: { ...options, [picked]: changed } });
    },
    pickMethodBase: (base) => patch("methods", { base }),
    async makeMerge() {
      const state = get();
      const [method, key] = [pickedMethod(state), methodKey(state)];
      const subject = subjectRequest(state, state.subject.parents);
      if (method === null || key === null || subject === null || isBusy(state.methods.status)) return;
      const request = composeRequest(state, method, subject);
      const found: { composed: MethodRow["composed"] | null } = { composed: null };
      running = startRun(context, {
        method: "compose",
        request: () => request,
        onStatus: (status) => patch("methods", { status }),
        onResult: (result) => {
          found.composed = result;
        },
      });
      await running.done;
      const made = found.composed;
      if (made === null) return;
      running = startRun(context, {
        method: "compareMerge",
        request: () => ({ subject, recipe: made.recipe }),
        onStatus: (status) => patch("methods", { status }),
        onResult(result) {
          const { options, base } = request;
          const row = { key, method: method.name, options, base, composed: made, ...result };
          patch("methods", { rows: [...get().methods.rows, row], status: IDLE });
        },
      });
      await running.done;
    },
    cancelMethod: () => running?.pause(),
  };
}

function composeRequest(
  state: AppState,
  { name, needs }: MethodDescription,
  { parents, task, split, limit }: SubjectRequest,
): ComposeRequest {
  const rows = { task, split, limit };
  const few = { ...rows, limit: Math.min(limit ?? CALIBRATION_ROWS, CALIBRATION_ROWS) };
  return {
    method: name,
    parents,
    options: state.methods.options[name] ?? {},
    base: needs.includes("base") ? methodBase(state) : null,
    task: needs.includes("task") ? rows : null,
    calibration: needs.includes("calibration") ? (name === "perplexity" ? rows : few) : null,
    search: name === "bayes" ? { ...state.subject.settings, parents: parents.length } : null,
  };
}
