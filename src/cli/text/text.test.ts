import { describe, expect, it } from "vitest";
import { formatHeatMap } from "./heatMap.ts";
import { formatLayerStrip } from "./layerStrip.ts";
import {
  decimalsFor,
  formatBytes,
  formatDuration,
  formatElapsed,
  formatLambda,
  formatRows,
  formatValue,
} from "./numbers.ts";
import { shrink, sparkline } from "./sparkline.ts";
import { formatTable, wrapText } from "./table.ts";

describe("numbers", () => {
  it("show two significant digits of the standard error", () => {
    expect(decimalsFor(0.0115)).toBe(3);
    expect(decimalsFor(1.15)).toBe(1);
    expect(decimalsFor(23)).toBe(0);
    expect(decimalsFor(null)).toBe(4);
    expect(decimalsFor(0)).toBe(4);
    expect(decimalsFor(2e-15)).toBe(4);
  });

  it("write shares in per cent and losses as they are", () => {
    expect(formatValue({ percent: true }, 0.58713, 0.0115)).toBe("58.7 ± 1.1 %");
    expect(formatValue({ percent: true }, 0.58713, null)).toBe("58.7 %");
    expect(formatValue({ percent: false }, 3.21449, 0.0113)).toBe("3.214 ± 0.011");
    expect(formatValue({ percent: true }, 0.014, 0.006, true)).toBe("+1.40 ± 0.60 %");
    expect(formatValue({ percent: true }, 1, 0)).toBe("100.0 ± 0.0 %");
    expect(formatValue({ percent: false }, 1.4e99, null)).toBe("1.40e+99");
    expect(formatValue({ percent: false }, Number.POSITIVE_INFINITY, null)).toBe("Infinity");
  });

  it("write λ, sizes and times short", () => {
    expect(formatLambda(0.30000000000000004)).toBe("0.3");
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(25_312_000)).toBe("25.3 MB");
    expect(formatDuration(7_400)).toBe("0:07");
    expect(formatElapsed(184)).toBe("0.18 s");
    expect(formatElapsed(12_400)).toBe("0:12");
    expect([1, 1500].map(formatRows)).toEqual(["1 row", "1,500 rows"]);
    expect(formatDuration(3_723_000)).toBe("1:02:03");
  });
});

describe("tables", () => {
  it("align cells by characters, not bytes", () => {
    const table = formatTable(
      [
        { title: "λ", align: "right" },
        { title: "name", align: "left" },
      ],
      [
        ["0.5", "±"],
        ["1", "long"],
      ],
    );
    expect(table.split("\n")).toEqual(["  λ  name", "───  ────", "0.5  ±", "  1  long"]);
  });

  it("wrap at spaces and keep a long word whole", () => {
    expect(wrapText("a bb incomprehensible c", 6)).toEqual(["a bb", "incomprehensible", "c"]);
  });
});

describe("sparkline", () => {
  it("spans the levels, leaves gaps and draws equal values level", () => {
    expect(sparkline([0, 0.5, 1, Number.NaN])).toBe("▁▅█ ");
    expect(sparkline([2, 2])).toBe("▅▅");
    expect(sparkline([0.5, 1, 1], [0, 1])).toBe("▅██");
    expect(sparkline([])).toBe("");
  });

  it("shrinks by means of whole groups that cover every value", () => {
    expect(shrink([1, 3, 5, 7], 2)).toEqual([2, 6]);
    expect(shrink([1, 2, 3], 80)).toEqual([1, 2, 3]);
    const shrunk = shrink(
      Array.from({ length: 101 }, () => 1),
      40,
    );
    expect(shrunk).toHaveLength(40);
    expect(new Set(shrunk)).toEqual(new Set([1]));
  });
});

describe("heat map", () => {
  it("shades gains, marks clear ones, leaves unmeasured pairs empty", () => {
    const text = formatHeatMap(
      ["a", "b", "c"],
      [
        { i: 0, j: 1, delta: 0.04, deltaStderr: 0.01 },
        { i: 1, j: 2, delta: -0.01, deltaStderr: 0.01 },
      ],
      (delta) => (100 * delta).toFixed(1),
    );
    const lines = text.split("\n");
    expect(lines[2]).toMatch(/^b .*█ 4\.0\*$/);
    expect(lines[3]).toMatch(/^c +· -1\.0$/);
    expect(text).not.toContain("░");
  });
});

describe("layer strip", () => {
  it("draws a bar a layer for each part, within the width", () => {
    const part = (
      layer: number | null,
      name: "attention" | "mlp" | "norm" | "head",
      relative: number | null,
    ) => ({ layer, part: name, relative, cosine: 1 }) as const;
    const layers = [0, 1, 2, 3].flatMap((layer) => [
      part(layer, "attention", 0.02 * (layer + 1)),
      part(layer, "mlp", 0.04),
    ]);
    const distance = {
      older: 0,
      newer: 1,
      sampledShare: 0.5,
      parts: [...layers, part(null, "norm", 0.01), part(null, "head", 0.02)],
    };
    expect(formatLayerStrip(distance, ["a", "b"], 200).split("\n")).toEqual([
      "a to b: parts move by 4.0 % in the median, layer 3's attention most (8.0 %); 50 % of the weights read.",
      "  attention  ▃▅▇█  2.0 % to 8.0 %",
      "  MLP        ▅▅▅▅  4.0 %",
      "  final norm 1.0 %, head 2.0 %",
    ]);
    const narrow = formatLayerStrip(
      {
        ...distance,
        parts: Array.from({ length: 80 }, (_, layer) => part(layer, "mlp", layer === 0 ? null : 0.1)),
      },
      ["a", "b"],
      60,
    );
    for (const line of narrow.split("\n")) expect([...line].length).toBeLessThanOrEqual(60);
  });
});
