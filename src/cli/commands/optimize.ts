/** `mergescope optimize CKPT CKPT… --task T`: finds the best weights by Bayesian optimisation (P1 §3). */
import type { Command } from "commander";
import { isCancelled } from "../../base/errors.ts";
import { type Measure, turnSign } from "../../domain/measure.ts";
import { indexOfBest } from "../../domain/ranking.ts";
import type { StudyRecord, Trial } from "../../domain/study.ts";
import type { SearchSettings } from "../../domain/surrogate.ts";
import type { EngineMethods, SubjectRequest } from "../../rpc/protocol.ts";
import { resolveParents } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { checkSameSearch, type Journal, openJournal } from "../journal.ts";
import {
  addCommonOptions,
  addMeasureOptions,
  addRaceOption,
  addTaskOptions,
  type RaceOptions,
  raceOf,
  type TaskOptions,
} from "../options.ts";
import { describeMeasure, heldoutInMetricUnits, inMetricUnits } from "../scores.ts";
import { addSearchOptions, type SearchOptions, searchSettings } from "../searchSettings.ts";
import { resolveSubject } from "../subject.ts";
import { optimizeText } from "../text/optimizeReport.ts";

type OptimizeOptions = CommonOptions &
  TaskOptions &
  RaceOptions &
  SearchOptions & { readonly journal?: string };

type OptimizeRequest = EngineMethods["optimize"]["request"];

/** A search, whole or cut short; objective units. */
type Searched = Pick<StudyRecord, "parents" | "trials" | "surrogate" | "heldout"> & {
  readonly stopped: boolean;
};

/** Adds the command. */
export function defineOptimize(program: Command, run: Run): void {
  addCommonOptions(
    addSearchOptions(
      addRaceOption(
        addMeasureOptions(
          addTaskOptions(
            program
              .command("optimize")
              .description("find the best mix of two or more checkpoints by Bayesian optimisation")
              .argument("<checkpoints...>", "oldest first; λ is the weight of the last"),
          ),
        ),
      ),
    ).option("--journal <file>", "write every trial to this file; an existing one is resumed"),
  ).action((names: readonly string[], options: OptimizeOptions) =>
    run(options, (context) => optimize(names, options, context)),
  );
}

async function optimize(
  names: readonly string[],
  options: OptimizeOptions,
  context: CommandContext,
): Promise<Outcome> {
  const parents = await resolveParents(names, context);
  const { subject, measure, info } = await resolveSubject(parents, options, context);
  const settings = searchSettings(parents.length, options);
  const head = { subject, settings, fork: null };
  const journal =
    options.journal === undefined ? null : await openJournal(options.journal, context.job().signal);
  let searched: Searched;
  try {
    if (journal?.contents === null) await journal.begin(head);
    else if (journal !== null) checkSameSearch(options.journal ?? "", journal.contents, head);
    const history = journal?.contents?.trials ?? [];
    const request = {
      subject,
      // What the search began with holds the T of GP-Hedge's learning rate, whatever is asked for now.
      settings: journal?.contents?.head.settings ?? settings,
      history,
      picked: [],
      journal: null,
      trials: Math.max(settings.trials, history.length),
      race: raceOf(options),
    };
    searched = await search(request, journal, context);
  } finally {
    await journal?.close();
  }
  const hasOtherRows = info.rows[subject.split === "search" ? "test" : "search"] > 0;
  const found = hasOtherRows ? await withHeldout(subject, searched, context) : searched;
  return {
    json: optimizeDocument(subject, measure, settings, found),
    text: optimizeText(subject, measure, found),
    stopped: found.stopped,
  };
}

async function search(
  request: OptimizeRequest,
  journal: Journal | null,
  context: CommandContext,
): Promise<Searched> {
  const parents: StudyRecord["parents"][number][] = [];
  const trials: Trial[] = [...request.history];
  const job = context.job((event) => {
    // A failed write is reported when the journal is closed.
    if (event.kind === "parent") {
      parents[event.index] = event.score;
      const weights = request.subject.parents.map((_, i) => (i === event.index ? 1 : 0));
      const isKnown = journal?.contents?.given.some((one) => one.weights[event.index] === 1) === true;
      if (!isKnown) journal?.given({ weights, ...event.score }).catch(() => undefined);
    }
    if (event.kind === "ask") journal?.ask(event.ask, request.settings.seed).catch(() => undefined);
    if (event.kind !== "trial") return;
    trials.push(event.trial);
    journal?.trial(event.trial).catch(() => undefined);
  });
  try {
    return { ...(await context.engine.call("optimize", request, job)), stopped: false };
  } catch (thrown) {
    if (!isCancelled(thrown) || (trials.length === 0 && parents.length === 0)) throw thrown;
    return { parents, trials, surrogate: null, heldout: null, stopped: true };
  }
}

/** The search with its best trial compared on the rows it did not see. Ctrl-C leaves the trials as they are. */
async function withHeldout(
  subject: SubjectRequest,
  searched: Searched,
  context: CommandContext,
): Promise<Searched> {
  const best = searched.trials[indexOfBest(searched.trials)];
  if (searched.stopped || best === undefined) return searched;
  try {
    const request = { subject, weights: best.weights };
    return { ...searched, heldout: await context.engine.call("compare", request, context.job()) };
  } catch (thrown) {
    if (!isCancelled(thrown)) throw thrown;
    return { ...searched, stopped: true };
  }
}

function optimizeDocument(
  subject: SubjectRequest,
  measure: Measure,
  settings: SearchSettings,
  { parents, trials, surrogate, heldout, stopped }: Searched,
): object {
  const documents = trials.map((trial) => trialDocument(trial, measure));
  return {
    task: subject.task,
    split: subject.split,
    ...describeMeasure(measure),
    settings,
    parents: subject.parents.map((name, index) => {
      const score = parents[index];
      return score === undefined ? { name, value: null } : { name, ...inMetricUnits(score, measure) };
    }),
    trials: documents,
    best: documents[indexOfBest(trials)] ?? null,
    model: surrogate?.model ?? null,
    heldout: heldout === null ? null : heldoutInMetricUnits(heldout, measure),
    stopped,
  };
}

/** `acquisition` is null in the initial design; `posterior` is what was expected before measuring. */
function trialDocument(trial: Trial, measure: Measure): object {
  const { number, weights, lambda, ask, flips, elapsedMs } = trial;
  const { posterior } = ask;
  return {
    number,
    weights,
    lambda,
    ...inMetricUnits(trial, measure),
    acquisition: ask.acquisition,
    posterior: posterior === null ? null : { mean: turnSign(measure, posterior.mean), std: posterior.std },
    flips,
    elapsedMs,
  };
}
