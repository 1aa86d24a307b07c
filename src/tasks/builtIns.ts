/** The built-in benchmarks, and what a name asks for: a whole benchmark or one of its parts. Pure. */
import { AppError } from "../base/errors.ts";
import type { TaskDefinition } from "./benchmark.ts";
import { GSM8K } from "./benchmarks/arithmetic.ts";
import {
  ARC_CHALLENGE,
  ARC_EASY,
  HELLASWAG,
  LAMBADA_OPENAI,
  PIQA,
  SCIQ,
  WINOGRANDE,
} from "./benchmarks/commonsense.ts";
import { CEVAL, CMMLU, MEDMCQA, MMLU } from "./benchmarks/exams.ts";
import { BLIMP, WIKITEXT } from "./benchmarks/language.ts";

/** In the order that lists show them. */
export const BUILT_INS: readonly TaskDefinition[] = [
  PIQA,
  WINOGRANDE,
  HELLASWAG,
  ARC_EASY,
  ARC_CHALLENGE,
  SCIQ,
  LAMBADA_OPENAI,
  BLIMP,
  MMLU,
  CMMLU,
  CEVAL,
  MEDMCQA,
  GSM8K,
  WIKITEXT,
];

/**
 * What a name such as `mmlu` or `mmlu_abstract_algebra` asks for; `subsets` is `null` for all there are.
 * @throws AppError `not-found` naming what there is.
 */
export function findDefinition(name: string): {
  readonly definition: TaskDefinition;
  readonly subsets: readonly string[] | null;
} {
  for (const definition of BUILT_INS) {
    if (definition.name === name) return { definition, subsets: null };
    const subset = definition.subsets.find((one) => `${definition.name}_${one}` === name);
    if (subset !== undefined) return { definition, subsets: [subset] };
  }
  throw new AppError("not-found", `There is no benchmark named "${name}".`, {
    advice: `Take one of: ${BUILT_INS.map((one) => one.name).join(", ")}.`,
    fields: { task: name },
  });
}
