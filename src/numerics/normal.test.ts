import { describe, expect, it } from "vitest";
import { expectAllclose } from "./allclose.ts";
import golden from "./fixtures/normal.json" with { type: "json" };
import { erfc, erfcx, improvementShare, normalCdf, normalLogCdf, normalPdf } from "./normal.ts";

const FUNCTIONS = {
  erfc,
  erfcx,
  pdf: normalPdf,
  cdf: normalCdf,
  logCdf: normalLogCdf,
} as const;

describe("normal distribution", () => {
  it.each(Object.keys(FUNCTIONS) as (keyof typeof FUNCTIONS)[])("%s agrees with 400-digit values", (name) => {
    const rows = golden[name];
    expect(rows.length).toBeGreaterThan(60);
    expectAllclose(
      rows.map(([x]) => FUNCTIONS[name](x!)),
      rows.map(([, y]) => y!),
      { rtol: 1e-14 },
    );
  });

  it("carries the improvement share where the plain difference cancels", () => {
    const rows = golden.improvementShare;
    expectAllclose(
      rows.map(([a]) => improvementShare(a!)),
      rows.map(([, y]) => y!),
      { rtol: 2e-13 },
    );
  });

  it("has its limits", () => {
    expect(erfc(0)).toBeCloseTo(1, 14);
    expect(normalCdf(0)).toBeCloseTo(0.5, 14);
    expect(normalCdf(-50)).toBe(0);
    expect(normalCdf(50)).toBe(1);
    expect(erfc(Number.POSITIVE_INFINITY)).toBe(0);
  });
});
