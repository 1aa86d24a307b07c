/**
 * The whole path over 420 data sets as a search of merges sees them, degenerate ones included: nothing is ever NaN, no
 * factorisation fails, and no fit ends below what BoTorch's reaches from the same start.
 */
import { describe, expect, it } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { KernelName, Measurement, NoiseKind } from "../domain/surrogate.ts";
import { MODEL_ACQUISITIONS } from "../domain/surrogate.ts";
import datasets from "./fixtures/datasets.json" with { type: "json" };
import { nominate } from "./nominate.ts";
import { analyse, type SurrogateSettings, surrogateRecord } from "./surrogate.ts";

type Dataset = (typeof datasets)[number];

function rowsOf({ weights, values, stderr }: Dataset): readonly Measurement[] {
  return values.map((value, i) => ({ weights: weights[i]!, value, stderr: stderr?.[i] ?? null }));
}

function settingsOf(dataset: Dataset, change: Partial<SurrogateSettings> = {}): SurrogateSettings {
  return {
    ...defaultSearchSettings(dataset.weights[0]!.length),
    ...{ alpha: 0, standardize: true, wanted: [], gridPoints: 21 },
    kernel: dataset.kernel as KernelName,
    noise: dataset.noise as NoiseKind,
    ...change,
  };
}

/** Every number of a record, however deep. */
function numbersOf(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

const shapes = [...new Set(datasets.map(({ shape }) => shape))];

describe.each(shapes)("data sets of the kind %s", (shape) => {
  const cases = datasets.filter((dataset) => dataset.shape === shape);

  it("are fitted at least as well as BoTorch fits them", () => {
    const compared = cases.filter(({ botorch }) => botorch !== null);
    for (const dataset of compared) {
      const { model } = analyse(rowsOf(dataset), settingsOf(dataset));
      const slack = 1e-6 * Math.max(1, Math.abs(dataset.botorch!));
      expect(model.fit).toBe("likelihood");
      expect(model.logMarginalLikelihood, JSON.stringify(dataset)).toBeGreaterThan(dataset.botorch! - slack);
    }
  });

  it("have a posterior density at least BoTorch's under its priors", () => {
    for (const dataset of cases.filter(({ map }) => map !== null)) {
      const { model } = analyse(rowsOf(dataset), settingsOf(dataset, { kernel: "rbf", estimate: "map" }));
      const reached = model.logMarginalLikelihood + model.logPrior!;
      const slack = 1e-6 * Math.max(1, Math.abs(dataset.map!.logPosterior));
      expect(reached, JSON.stringify(dataset)).toBeGreaterThan(dataset.map!.logPosterior - slack);
    }
  });

  it("give finite numbers and mixes of the checkpoints, whatever is asked", () => {
    for (const [i, dataset] of cases.entries()) {
      const estimate = i % 2 === 0 ? "likelihood" : "map";
      const acquisition = MODEL_ACQUISITIONS[i % MODEL_ACQUISITIONS.length]!;
      const analysis = analyse(rowsOf(dataset), settingsOf(dataset, { estimate, wanted: [acquisition] }));
      const nominee = nominate(analysis, acquisition, 0);
      const numbers = numbersOf([surrogateRecord(analysis), nominee]);
      expect(numbers.every(Number.isFinite), JSON.stringify(dataset)).toBe(true);
      expect(Math.min(...nominee.weights)).toBeGreaterThanOrEqual(0);
      expect(nominee.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
      expect(nominee.posterior.std).toBeGreaterThan(0);
    }
  });
});

it("cover what they are to cover", () => {
  expect(datasets.filter(({ botorch }) => botorch !== null).length).toBeGreaterThanOrEqual(200);
  expect(datasets.filter(({ map }) => map !== null).length).toBeGreaterThanOrEqual(60);
});
