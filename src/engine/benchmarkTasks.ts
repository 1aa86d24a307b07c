/** A task definition with its data as a task of the catalogue: documents become rows. Runs everywhere. */
import type { FewShot, RowGroup, Split, TaskInfo } from "../domain/task.ts";
import type { Subset, TaskDefinition } from "../tasks/benchmark.ts";
import { buildRows, inputTexts } from "../tasks/buildRows.ts";
import { chanceOf } from "./rowTasks.ts";
import { allRows, createRowTable, halfOf, halfSize, type RowTable, type SplitRows } from "./splitRows.ts";
import type { CatalogueTask } from "./taskCatalogue.ts";

/** Seed of the division into halves. */
const SPLIT_SEED = 1;

/** As lm-evaluation-harness seeds its draws of worked examples. */
export const FEW_SHOT_SEED = 1234;

/** Nothing is generated, so nothing of this is used. */
const NO_RULE: CatalogueTask["rule"] = {
  until: [],
  maxNewTokens: null,
  filters: [{ name: "none", pattern: null, select: 0 }],
  ignore: [],
  ignoreCase: false,
  ignorePunctuation: false,
  strip: false,
};

/**
 * @param name what was asked for: the definition's name, or that of one of its subsets.
 * @throws AppError of `buildRows`: a document lacks a field, more worked examples than there are.
 */
export async function benchmarkTask(
  name: string,
  definition: TaskDefinition,
  subsets: readonly Subset[],
  asked: { readonly fewShot: number | null; readonly seed: number | null },
): Promise<CatalogueTask> {
  const fewShot: FewShot = {
    count: asked.fewShot ?? definition.fewShot.count,
    seed: asked.seed ?? FEW_SHOT_SEED,
  };
  const built = subsets.map((subset) => buildRows(definition, subset, fewShot));
  const groups = subsets.map(
    (subset, i): RowGroup => ({ name: groupName(definition, subset.name), rows: built[i]!.length }),
  );
  const table = await createRowTable(built.flat(), groups);
  const documents = subsets.flatMap(({ docs }) => docs);
  return {
    info: taskInfo(nameOf(name, definition, fewShot), definition, table, fewShot),
    rule: definition.generation ?? NO_RULE,
    read: async (split) => splitOf(table, split),
    async readInputs(split, inputs) {
      const rows = subsets.map((subset) => inputTexts(definition, subset, inputs, fewShot));
      const sizes = groups.map((group, i) => ({ name: group.name, rows: rows[i]!.length }));
      return splitOf(await createRowTable(rows.flat(), sizes), split);
    },
    documentOf: (place) => documents[place],
  };
}

function splitOf(table: RowTable, split: Split): SplitRows {
  return split === "all" ? allRows(table) : halfOf(table, split, SPLIT_SEED);
}

/** Other worked examples make another task: "piqa-5shot", "piqa-5shot-seed7". */
function nameOf(name: string, definition: TaskDefinition, { count, seed }: FewShot): string {
  const shots = count === definition.fewShot.count ? "" : `-${count}shot`;
  const drawn = count > 0 && definition.fewShot.sampler === "random" && seed !== FEW_SHOT_SEED;
  return `${name}${shots}${drawn ? `-seed${seed}` : ""}`;
}

function groupName(definition: TaskDefinition, subset: string): string {
  return subset === "" ? definition.name : `${definition.name}_${subset}`;
}

function taskInfo(name: string, definition: TaskDefinition, table: RowTable, fewShot: FewShot): TaskInfo {
  const { title, question, description, kind, language, licence, version, generation } = definition;
  const several = table.groups.length > 1;
  return {
    name,
    title: fewShot.count === 0 ? title : `${title}, ${fewShot.count}-shot`,
    question,
    description,
    kind,
    language,
    rows: { search: halfSize(table.groups, "search"), test: halfSize(table.groups, "test") },
    chance: chanceOf(table.rows),
    like: definition.name,
    licence,
    version,
    fewShot,
    groups: several ? table.groups : [],
    weightBySize: definition.weightBySize,
    filters: generation === null ? [] : generation.filters.map((filter) => filter.name),
    splitSeed: SPLIT_SEED,
  };
}
