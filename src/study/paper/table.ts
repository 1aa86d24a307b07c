/** The table of studies, in the order of the papers; lists, help and the page show what stands here. */
import { AppError } from "../../base/errors.ts";
import type { StudyDescription, StudyName, StudyResult } from "../../domain/studyResult.ts";
import type { PaperStudy, StudyBench } from "./bench.ts";
import { correlation } from "./correlation.ts";
import { lambda } from "./lambda.ts";
import { methods } from "./methods.ts";
import { neighbours } from "./neighbours.ts";
import { overlap } from "./overlap.ts";
import { pairs } from "./pairs.ts";
import { dataQuantity, inputs } from "./perplexityInputs.ts";
import { perplexityMerging } from "./perplexityMerging.ts";
import { acquisitions, alpha, heldoutSize } from "./searchStudy.ts";
import { spread } from "./spread.ts";
import { theory } from "./theory.ts";
import { transfer } from "./transfer.ts";

/** Every study. */
export const PAPER_STUDIES: readonly PaperStudy[] = [
  pairs,
  neighbours,
  lambda,
  methods,
  transfer,
  heldoutSize,
  alpha,
  acquisitions,
  perplexityMerging,
  correlation,
  dataQuantity,
  inputs,
  spread,
  overlap,
  theory,
];

/** What a study says of itself. */
export function describeStudy({ name, title, source, claim }: PaperStudy): StudyDescription {
  return { name, title, source, claim };
}

/** Runs a study. @throws AppError `usage` for too few checkpoints or tasks; `cancelled`, of measuring. */
export async function runStudy(name: StudyName, bench: StudyBench): Promise<StudyResult> {
  const study = PAPER_STUDIES.find((one) => one.name === name)!;
  const given = { checkpoints: bench.settings.checkpoints.length, tasks: bench.tasks.length };
  for (const noun of ["checkpoints", "tasks"] as const)
    if (given[noun] < study.needs[noun])
      throw new AppError(
        "usage",
        `The study ${name} needs ${study.needs[noun]} ${noun}, not ${given[noun]}.`,
        {
          advice: `Name more ${noun}.`,
        },
      );
  return { ...describeStudy(study), settings: bench.settings, ...(await study.run(bench)) };
}
