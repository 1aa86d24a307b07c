import { describe, expect, it } from "vitest";
import { measuresOf } from "../domain/measure.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { MatrixCell, StudyRecord, Trial } from "../domain/study.ts";
import type { Ask, Surrogate, SurrogateGrid } from "../domain/surrogate.ts";
import { acquisitionFigure, scaledCurve } from "./acquisition.ts";
import type { FigureSpec, Trace } from "./figure.ts";
import { frameLeft, frameValue, LAMBDA_RANGE } from "./figure.ts";
import { decimalsFor, fixed, formatDuration, formatGain, formatP, formatScore } from "./format.ts";
import { deltaLimit, heatRows, matrixSummary, toldFromNoise } from "./heatMap.ts";
import { landscapeFigure, valueRange } from "./landscape.ts";
import { cssVariables, inkOn, mixColours, PALETTES } from "./palette.ts";
import { between, readAt, readoutWords } from "./readout.ts";
import { viewStep } from "./stepView.ts";
import { stripPositions, trajectoryFigure } from "./trajectory.ts";

const [acc] = measuresOf("multiple-choice");
const [nll] = measuresOf("text");
const { light } = PALETTES;

const grid: SurrogateGrid = {
  alpha: 0.5,
  lambda: [0, 0.25, 0.5, 0.75, 1],
  mean: [0.7, 0.71, 0.72, 0.73, 0.72],
  std: [0.02, 0.01, 0.01, 0.005, 0.01],
  ei: [0.5, 0.4, 0.001, 0.004, 0.002],
  logEi: [-1, -1, -7, -5, -6],
  pi: [0.9, 0.9, 0.2, 0.4, 0.1],
  ucb: [0.74, 0.73, 0.74, 0.74, 0.76],
  argmax: {
    ei: { lambda: 0.75, value: 0.004 },
    logEi: { lambda: 0.75, value: -5 },
    pi: { lambda: 0.75, value: 0.4 },
    ucb: { lambda: 1, value: 0.76 },
    logNei: null,
  },
  logNei: null,
};
const surrogate: Surrogate = {
  model: {
    kernel: "rbf",
    noise: "fitted",
    fit: "likelihood",
    mean: 0,
    lengthscale: [0.2],
    outputscale: 1,
    noiseVariance: 0.1,
    logMarginalLikelihood: -1,
    logPrior: null,
    jitter: 0,
    atBounds: [],
    standardisation: { shift: 0.7, scale: 0.01, constant: false },
  },
  incumbent: {
    kind: "observed",
    bestF: 0.72,
    observed: { weights: [0.5, 0.5], value: 0.72 },
    posterior: { weights: [0.5, 0.5], value: 0.72 },
  },
  grid,
  leaveOneOut: null,
};

function ask(number: number, lambda: number): Ask {
  return {
    number,
    kind: "acquisition",
    weights: [1 - lambda, lambda],
    lambda,
    acquisition: "ucb",
    nominees: [],
    hedge: null,
    posterior: null,
    surrogate,
  };
}
function trial(number: number, lambda: number, value: number): Trial {
  const score = { value, stderr: 0.02, n: 500 };
  return {
    ...score,
    number,
    weights: [1 - lambda, lambda],
    lambda,
    ask: ask(number, lambda),
    flips: null,
    elapsedMs: 1,
  };
}
const record: StudyRecord = {
  subject: { parents: ["a", "b"], task: "t", split: "search", measure: acc },
  settings: defaultSearchSettings(2),
  parents: [
    { value: 0.7, stderr: 0.02, n: 500 },
    { value: 0.69, stderr: 0.02, n: 500 },
  ],
  trials: [trial(0, 0.5, 0.71), trial(1, 0.75, 0.74), trial(2, 0.9, 0.73)],
  best: 1,
  surrogate,
  heldout: null,
};

function traceOf({ data }: FigureSpec, name: string): Trace {
  const found = data.find((trace) => trace.name === name);
  if (found === undefined) throw new Error(`no trace ${name}`);
  return found;
}

describe("a step of a search", () => {
  it("shows what was known before the choice, the choice, and what came of it", () => {
    const view = viewStep(record, null, 2);
    expect(view).toMatchObject({ step: 2, count: 3, ask: { number: 1 }, outcome: { number: 1 } });
    expect(view.seen.map(({ number }) => number)).toEqual([0]);
    expect(view.best?.number).toBe(1);
  });

  it("ends with the final posterior; without one, with the last choice", () => {
    expect(viewStep(record, null, null)).toMatchObject({ step: 4, ask: null, surrogate });
    expect(viewStep({ ...record, surrogate: null }, null, null)).toMatchObject({
      step: 3,
      outcome: { number: 2 },
    });
  });

  it("counts the choice under way", () => {
    const view = viewStep(record, ask(3, 0.6), null);
    expect(view).toMatchObject({ step: 4, count: 4, ask: { number: 3 }, outcome: null });
    expect(view.seen).toHaveLength(3);
  });

  it("is empty before anything is measured", () => {
    const empty = { ...record, trials: [], surrogate: null, best: null };
    expect(viewStep(empty, null, null)).toMatchObject({ step: 1, count: 0, ask: null, best: null });
  });
});

describe("the landscape", () => {
  const input = { measure: acc, alpha: 0.5, parents: record.parents, sweep: [], predicted: null, live: null };
  const figure = landscapeFigure({ ...input, view: viewStep(record, null, 3), range: [66, 78] }, light);

  it("draws measured merges in percent with their errors, coloured by λ", () => {
    const measured = traceOf(figure, "measured");
    expect(measured.x).toEqual([0.5, 0.75]);
    expect(measured.y).toEqual([71, 74]);
    expect(measured.error_y?.array).toEqual([2, 2]);
    expect(measured.marker?.color).toEqual([0.5, 0.75].map((λ) => mixColours(light.older, light.newer, λ)));
    expect(measured.text?.[1]).toBe("trial 2, λ = 0.750: 74.0 ± 2.0 %");
    expect(traceOf(figure, "outcome").x).toEqual([0.9]);
    expect(traceOf(figure, "best").x).toEqual([0.75]);
  });

  it("draws the bands around the mean, and the wider one for new items", () => {
    expect(traceOf(figure, "posterior mean").y).toEqual([70, 71, 72, 73, 72]);
    const band = traceOf(figure, "±2σ");
    expect(band.y.slice(0, 5)).toEqual([74, 73, 74, 74, 74]);
    expect(band.y.slice(5)).toEqual([70, 72, 70, 69, 66]);
    const wide = traceOf(figure, "±2σ on new items");
    expect(wide.y[0]).toBeCloseTo(70 + 2 * Math.hypot(2, 2), 10);
    expect(wide.y[5]).toBeNull();
  });

  it("has the same traces whatever is known, so that it is updated in place", () => {
    const bare = landscapeFigure({ ...input, parents: [null, null], view: null, range: [0, 100] }, light);
    expect(bare.data.map(({ name }) => name)).toEqual(figure.data.map(({ name }) => name));
  });

  it("turns losses the right way up", () => {
    const range = valueRange(nll, [{ value: -1.3, stderr: 0.1 }, null, { value: -1.1, stderr: null }]);
    expect(range[0]).toBeCloseTo(1.454, 10);
    expect(range[1]).toBeCloseTo(1.046, 10);
    expect(valueRange(acc, [])).toEqual([0, 100]);
  });
});

describe("the acquisition functions", () => {
  it("scales each over [α, 1] only", () => {
    expect(scaledCurve(grid, "ei").slice(2)).toEqual([0.25, 1, 0.5]);
    expect(scaledCurve(grid, "ucb").slice(2)).toEqual([0, 0, 1]);
  });

  it("draws nothing below α, and marks each maximum", () => {
    const figure = acquisitionFigure({ alpha: 0.5, grid, ask: null, wanted: ["ei", "ucb"] }, light);
    expect(traceOf(figure, "EI").y.slice(0, 3)).toEqual([null, null, 0.25]);
    expect(traceOf(figure, "UCB maximum").x).toEqual([1]);
    expect(traceOf(figure, "EI").line?.dash).toBe("solid");
    expect(traceOf(figure, "PI").line?.dash).toBe("dot");
  });

  it("is flat where a curve has no height", () => {
    const flat = { ...grid, ei: [0, 0, 0, 0, 0] };
    expect(scaledCurve(flat, "ei")).toEqual([0, 0, 0, 0, 0]);
  });
});

it("puts no numbers beside an empty landscape", () => {
  const nothing = {
    measure: acc,
    alpha: 0,
    parents: [null, null],
    view: null,
    sweep: [],
    predicted: null,
    live: null,
  };
  const { yaxis } = landscapeFigure({ ...nothing, range: [0, 1] }, light).layout;
  expect(yaxis).toMatchObject({ showticklabels: false, showgrid: false });
  const parents = [{ value: 0.7, stderr: 0.02, n: 500 }, null];
  expect(landscapeFigure({ ...nothing, parents, range: [0, 1] }, light).layout.yaxis).toMatchObject({
    showticklabels: true,
    showgrid: true,
  });
});

describe("the heat map", () => {
  const cell = (i: number, j: number, delta: number, deltaStderr: number): MatrixCell => ({
    i,
    j,
    delta,
    deltaStderr,
    lambda: 0.5,
    value: 0.72,
    stderr: 0.02,
    n: 500,
  });
  const cells = [cell(0, 1, 0.03, 0.01), cell(0, 2, -0.01, 0.01)];
  const rows = heatRows(
    {
      measure: acc,
      labels: ["step 1", "step 2", "step 3"],
      diagonal: [{ value: 0.7, stderr: 0.02, n: 500 }, null, null],
      cells,
      lens: "each",
    },
    light,
  );

  it("is a lower triangle with its own scores on the diagonal", () => {
    expect(rows.map((row) => row.map(({ kind, text }) => `${kind} ${text}`.trim()))).toEqual([
      ["own 70.0"],
      ["pair +3.0", "own"],
      ["pair −1.0", "empty", "own"],
    ]);
  });

  it("keeps its colours for gains: what a distant pair loses is beyond the scale, in two figures", () => {
    const distant = { ...cells[1]!, i: 0, j: 2, delta: -0.294, deltaStderr: 0.02 };
    const all = heatRows(
      { measure: acc, labels: ["a", "b", "c"], diagonal: [], cells: [cells[0]!, distant], lens: "each" },
      light,
    );
    expect(deltaLimit([cells[0]!, distant])).toBeCloseTo(0.03, 12);
    expect(all[2]?.[0]).toMatchObject({ text: "−29", ground: light.deltaWorse });
  });

  it("says the whole finding, and marks what cannot be told from noise", () => {
    expect(rows[1]?.[0]).toMatchObject({
      uncertain: false,
      ground: light.deltaBetter,
      description:
        "step 1 + step 2, λ = 0.50: 72.0 ± 2.0 %, +3.0 ± 1.0 points against the better parent, told from noise",
    });
    expect(rows[2]?.[0]?.uncertain).toBe(true);
    expect(toldFromNoise([{ delta: 0, deltaStderr: 0 }], "each").size).toBe(0);
    expect(matrixSummary(cells, 3, "each")).toBe(
      "2 of 3 pairs: 1 better than both parents, 0 worse than the better one, 1 not told apart.",
    );
  });
});

describe("the lens of the heat map", () => {
  const at = (z: number) => ({ delta: z * 0.01, deltaStderr: 0.01 });

  it("takes back what many looks make of noise, and keeps what is beyond it", () => {
    const many = [at(5), at(2.1), ...Array.from({ length: 40 }, (_, i) => at(Math.sin(i)))];
    expect(toldFromNoise(many, "each").size).toBe(2);
    expect([...toldFromNoise(many, "all")]).toEqual([many[0]]);
  });

  it("counts a cell that is its parent as no comparison", () => {
    const parents = Array.from({ length: 100 }, () => ({ delta: 0, deltaStderr: 0 }));
    expect(toldFromNoise([at(2.2), ...parents], "all").size).toBe(1);
  });
});

describe("the trajectory", () => {
  const checkpoints = [0, 10, 1000, 2000].map((step) => ({ name: `s${step}`, step, tokens: null, bytes: 1 }));

  it("goes by step, but keeps neighbours apart", () => {
    const positions = stripPositions(checkpoints);
    expect(positions[0]).toBe(0);
    expect(positions.at(-1)).toBeCloseTo(1, 12);
    expect(positions[1]).toBeGreaterThan(0.1);
    expect(stripPositions([])).toEqual([]);
  });

  it("leaves out what is not measured and colours the parents", () => {
    const scores = { s0: { value: 0.5, stderr: 0.02, n: 500 }, s2000: { value: 0.7, stderr: 0.02, n: 500 } };
    const figure = trajectoryFigure(
      { measure: acc, checkpoints, scores, pair: ["s0", "s2000"], chance: 0.5, labelGap: 0.5 },
      light,
    );
    const trace = traceOf(figure, "checkpoints");
    expect(trace.y).toEqual([50, 70]);
    expect(trace.marker?.color).toEqual([light.older, light.newer]);
    expect(figure.layout.shapes).toHaveLength(1);
    expect(figure.layout.xaxis.ticktext).toEqual(["", "10", "", "2000"]);
  });
});

describe("numbers", () => {
  it("has the digits that the standard error supports", () => {
    expect(formatScore(acc, { value: 0.7213, stderr: 0.0198 })).toBe("72.1 ± 2.0 %");
    expect(formatScore(acc, { value: 0.7213, stderr: 0.0007 })).toBe("72.13 ± 0.07 %");
    expect(formatScore(nll, { value: -1.2345, stderr: 0.0123 })).toBe("1.234 ± 0.012");
    expect(formatScore(acc, { value: 0.7213, stderr: null })).toBe("72.1 %");
    expect(decimalsFor(nll, 0)).toBe(3);
  });

  it("has true minus signs and no minus zero", () => {
    expect(formatGain(acc, -0.0213, 0.006)).toBe("−2.1 ± 0.6");
    expect(formatGain(acc, -0.0001, null)).toBe("±0.0");
    expect(fixed(-0.04, 1)).toBe("0.0");
  });

  it("says probabilities and durations", () => {
    expect([0.0004, 0.0042, 0.021, 0.104].map(formatP)).toEqual([
      "p\u00a0<\u00a00.001",
      "p\u00a0=\u00a00.004",
      "p\u00a0=\u00a00.02",
      "p\u00a0=\u00a00.10",
    ]);
    expect([420, 12_300, 125_000, 120_000].map(formatDuration)).toEqual([
      "0.4 s",
      "12 s",
      "2 min 5 s",
      "2 min",
    ]);
  });
});

describe("the shared cursor", () => {
  it("reads everything at one λ", () => {
    const reading = readAt(0.625, grid, acc, ["ei", "ucb"]);
    expect(readoutWords(reading)).toBe(
      "λ = 0.625, posterior 72.5 ± 0.8 %, EI 0.63 of its maximum, UCB 0.00 of its maximum",
    );
    expect(readAt(0.25, grid, acc, ["ei"]).curves).toEqual([{ name: "ei", share: null }]);
    expect(readAt(0.25, null, acc, ["ei"]).posterior).toBeNull();
  });

  it("interpolates, and is constant beyond the ends", () => {
    expect([-1, 0, 0.5, 2, 3].map((x) => between([0, 1, 2], [10, 20, 40], x))).toEqual([10, 10, 15, 40, 40]);
  });

  it("places a λ in the frame and finds it again", () => {
    expect(frameValue(58, 1000, LAMBDA_RANGE)).toBeCloseTo(-0.02, 12);
    expect(frameValue(982, 1000, LAMBDA_RANGE)).toBeCloseTo(1.02, 12);
    expect(frameLeft(0.5, [0, 1])).toBe("calc(58px + (100% - 76px) * 0.5)");
  });
});

describe("colours", () => {
  it("mixes from one end to the other", () => {
    expect(mixColours("#0072b2", "#d55e00", 0)).toBe("#0072b2");
    expect(mixColours("#0072b2", "#d55e00", 1)).toBe("#d55e00");
    expect(cssVariables(light)["--delta-worse"]).toBe(light.deltaWorse);
    expect([inkOn("#ffffff"), inkOn("#000000")]).toEqual(["#101216", "#ffffff"]);
  });

  it.each(["light", "dark"] as const)("stand out from the %s paper as words must", (theme) => {
    const { paper, raised, hairline, faint, deltaZero, ...words } = PALETTES[theme];
    const weak = Object.entries(words).filter(([, colour]) => contrast(colour, paper) < 4.5);
    expect(weak).toEqual([]);
  });
});

/** WCAG 2 contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}
