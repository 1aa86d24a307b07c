/** `reconsider`: a step of a search under other settings, with nothing measured. Wiring only. */
import { likelihoodProfiles } from "../bayes/likelihoodProfile.ts";
import { ask } from "../bayes/optimizer.ts";
import type { EngineMethods } from "../rpc/protocol.ts";

type Reconsider = EngineMethods["reconsider"];

/** @throws AppError `usage` for settings or measurements that make no sense; `numerics` when no model can be computed. */
export function reconsider({ settings, history }: Reconsider["request"]): Reconsider["result"] {
  return {
    ask: ask(settings, history),
    profiles:
      history.length === 0 ? [] : likelihoodProfiles(history, { ...settings, standardize: true, wanted: [] }),
  };
}
