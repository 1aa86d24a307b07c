/**
 * Squared gradients of whole models, by the graph with its backward pass, against PyTorch's own in double precision: every
 * tiny model and a demo checkpoint, row by row and all rows together.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelConfig, parseModelConfig } from "../model/config.ts";
import { parameterTable } from "../model/parameterTable.ts";
import type { Backend } from "./backend.ts";
import { packRows, readerOf } from "./fixtures/tiny.ts";
import { readWeights } from "./fixtures/transformersModels.ts";
import type { PackedBatch } from "./languageModel.ts";
import { createNodeBackend } from "./ortNode.ts";

/**
 * Of roots of squares, as a share of the parameter's largest: fp32 through the whole model and back. Norms of squares err
 * twice as much.
 */
const TOLERANCE = 1e-5;
/** Smaller gradients than this are what fp32 makes of 0. */
const SMALLEST = 1e-3;

type Sampled = {
  readonly places: readonly number[];
  readonly values: readonly number[];
  readonly norm: number;
};
type Golden = {
  readonly rows: readonly (readonly number[])[];
  /** Of a row, summed. */
  readonly logprobs: readonly number[];
  readonly perRow: Readonly<Record<string, Sampled>>;
  readonly together: Readonly<Record<string, Sampled>>;
};

const { models }: { readonly models: Readonly<Record<string, Golden>> } = JSON.parse(
  readFileSync(new URL("./fixtures/fisher.json", import.meta.url), "utf8"),
);

const job = { signal: new AbortController().signal, onBatch: () => undefined };
let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend(1);
});
afterAll(() => backend.dispose());

describe.each(Object.entries(models))("%s", (name, { rows, logprobs, perRow, together }) => {
  const folder = folderOf(name);
  const config: ModelConfig = parseModelConfig(
    JSON.parse(readFileSync(new URL("config.json", folder), "utf8")),
  );

  test("as PyTorch, row by row and all rows at once", async () => {
    const resident = await backend.createModel(config);
    const reader = readerOf(readWeights(new URL("model.safetensors", folder)));
    await resident.mixer.load("a", reader, job.signal, () => undefined);
    await resident.mixer.mix(["a"], [1]);
    const each = rows.map((row) => toBatch([row]));
    for (const [i, batch] of each.entries()) {
      const scored = await resident.model.score(batch);
      expect(scored.logprobs.reduce((a, b) => a + b, 0)).toBeCloseTo(logprobs[i]!, 3);
    }
    const sums = await resident.statistics.squaredGradients(each, job);
    const atOnce = await resident.statistics.squaredGradients([toBatch(rows)], job);
    await resident.dispose();
    expectAlike(config, sums, perRow);
    expectAlike(config, atOnce, together);
  });
});

function folderOf(name: string): URL {
  return name.startsWith("demo:")
    ? new URL(`../../public/demo/step${name.slice(5)}/`, import.meta.url)
    : new URL(`./fixtures/${name}/`, import.meta.url);
}

/** Every token but a row's first is a target. */
function toBatch(rows: readonly (readonly number[])[]): PackedBatch {
  const columns = Math.max(...rows.map(({ length }) => length));
  const predicting = rows.flatMap((tokens, row) =>
    tokens.slice(1).map((token, i) => ({ place: row * columns + i, token })),
  );
  return {
    ...packRows(
      rows.map((tokens) => [{ tokens }]),
      columns,
    ),
    scoredPlaces: Int32Array.from(predicting, ({ place }) => place),
    targetPlaces: Int32Array.from(predicting, (_, i) => i),
    targetTokens: Int32Array.from(predicting, ({ token }) => token),
  };
}

function expectAlike(
  config: ModelConfig,
  squares: ReadonlyMap<string, Float32Array>,
  expected: Readonly<Record<string, Sampled>>,
): void {
  const names = parameterTable(config).map((parameter) => parameter.name);
  expect([...squares.keys()]).toEqual(names);
  expect(Object.keys(expected).toSorted()).toEqual(names.toSorted());
  for (const [name, { places, values, norm }] of Object.entries(expected)) {
    const found = squares.get(name)!;
    // The first place is that of the largest.
    const scale = Math.max(Math.sqrt(values[0]!), SMALLEST);
    for (const [i, place] of places.entries()) {
      const error = Math.abs(Math.sqrt(found[place]!) - Math.sqrt(values[i]!)) / scale;
      expect(error, `${name}[${place}]`).toBeLessThan(TOLERANCE);
    }
    const length = Math.sqrt(found.reduce((sum, value) => sum + value * value, 0));
    expect(Math.abs(length - norm), `norm of ${name}`).toBeLessThan(
      2 * TOLERANCE * Math.max(norm, SMALLEST ** 2),
    );
  }
}
