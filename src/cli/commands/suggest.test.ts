import { describe, expect, it } from "vitest";
import { parseFixed } from "./suggest.ts";

describe("--fixed", () => {
  it("reads names and numbers", () => {
    expect(parseFixed("lengthscale=0.2:0.3,noise=0")).toEqual({ lengthscale: [0.2, 0.3], noise: 0 });
  });

  it.each(["scale=1", "noise=", "noise=0.1:0.2", "noise", "mean=x", "mean=1=2"])("refuses %s", (text) => {
    expect(() => parseFixed(text)).toThrow("is not one of");
  });
});
