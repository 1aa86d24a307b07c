/** `sweep --predict n`: the staircase from the margins of n merges; its document and its text. */
import type { MarginSweepRecord } from "../domain/margins.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";
import type { CommandContext, Outcome } from "./command.ts";
import { formatLambda } from "./text/numbers.ts";
import { shrink, sparkline } from "./text/sparkline.ts";

/** Merges measured to show the prediction wrong. */
const VERIFY = 2;

/** Measures, predicts, verifies. @throws AppError `usage` for other than accuracies of choices. */
export async function predictSweep(
  subject: SubjectRequest,
  points: number,
  context: CommandContext,
): Promise<Outcome> {
  const record = await context.engine.call("marginSweep", { subject, points, verify: VERIFY }, context.job());
  return {
    json: documentOf(subject, record),
    text: textOf(subject, record, context.columns),
    stopped: false,
  };
}

/** `points` are measured, `predicted` is the curve; accuracies as shares. */
function documentOf({ task, split, parents }: SubjectRequest, record: MarginSweepRecord): object {
  const { points, curve, verification, flips, evaluations, holds } = record;
  const better = Math.max(...record.parents.map(({ value }) => value));
  return {
    task,
    split,
    metric: "acc",
    higherIsBetter: true,
    points,
    parents: parents.map((name, i) => ({ name, ...record.parents[i] })),
    predicted: curve.lambda.map((lambda, i) => ({ lambda, value: curve.value[i], std: curve.std[i] })),
    shareAboveBetterParent: curve.value.filter((value) => value > better).length / curve.value.length,
    verification,
    flips,
    evaluations,
    holds,
  };
}

function textOf({ task, split }: SubjectRequest, record: MarginSweepRecord, columns: number): string {
  const { curve, verification, evaluations, holds, flips } = record;
  const best = curve.value.indexOf(Math.max(...curve.value));
  const percent = (share: number | undefined): string => `${(100 * (share ?? 0)).toFixed(1)} %`;
  return [
    `${task} (${split}): accuracy over λ, predicted from the margins of ${evaluations} merges`,
    "",
    sparkline(shrink(curve.value, Math.max(20, columns - 2))),
    `best predicted at λ = ${formatLambda(curve.lambda[best] ?? 0)}: ${percent(curve.value[best])} ± ${percent(curve.std[best])} on these items`,
    ...verification.map(
      ({ lambda, value, predicted, predictedStd, agrees }) =>
        `check at λ = ${formatLambda(lambda)}: ${percent(value)} measured, ${percent(predicted)} ± ${percent(predictedStd)} predicted${agrees ? "" : " — does not agree"}`,
    ),
    `${flips.length} items change between the parents${holds ? "" : "; the checks do not all agree: sweep λ itself"}`,
    "",
  ].join("\n");
}
