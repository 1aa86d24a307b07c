/**
 * The same models and mixtures on wasm and WebGPU in a real browser as in Node, from a built page in a folder of its
 * own, as a static host would serve it.
 */
import { expect, type Page, test } from "@playwright/test";
import type { BackendInfo } from "../src/domain/backend.ts";
import { largestDifference } from "../src/runtime/fixtures/tiny.ts";
import { createNodeBackend } from "../src/runtime/ortNode.ts";
import { type BuiltPage, servePage } from "./builtPage.ts";
import { type Outcome, runScenario } from "./parity/scenario.ts";
import type { Answer, Request } from "./parity/worker.ts";

let built: BuiltPage;

test.beforeAll(async () => {
  built = await servePage("e2e/parity/index.html");
});

test.afterAll(() => built.close());

async function ask(page: Page, request: Request): Promise<Answer> {
  await page.goto(built.address);
  return page.evaluate((asked) => window.ask(asked), request);
}

for (const model of ["pythia", "sequential", "llama", "olmo", "olmo2", "baichuan2"]) {
  test(`${model} answers as it does in Node`, async ({ page }, { project }) => {
    const backend = await createNodeBackend(1);
    const node = await runScenario(backend, model);
    const choice = project.name === "webgpu" ? "webgpu" : "wasm";
    for (const threads of choice === "wasm" ? [1, 2] : [null]) {
      const answer = await ask(page, { kind: "scenario", choice, threads, model });
      if ("error" in answer) throw new Error(JSON.stringify(answer.error));
      const outcome = answer.result as Outcome;
      expect(outcome.info).toMatchObject({ kind: choice, threads: threads ?? 0 });
      compare(outcome, node);
    }
  });
}

test("the device is chosen by what there is, and the reason says so", async ({ page }, { project }) => {
  const auto = await ask(page, { kind: "info", choice: "auto", threads: 1 });
  if ("error" in auto) throw new Error(JSON.stringify(auto.error));
  const { kind, reason, adapter } = auto.result as BackendInfo;
  if (project.name === "webgpu") {
    expect(kind).toBe("webgpu");
    expect(reason).toBe(`WebGPU: an adapter was found (${adapter}).`);
    return;
  }
  expect([kind, reason]).toEqual(["wasm", "wasm: there is no WebGPU adapter; 1 thread."]);
  const forced = await ask(page, { kind: "info", choice: "webgpu", threads: null });
  expect(forced).toMatchObject({ error: { tag: "unsupported" } });
});

test("a lost device is an error at the next call", { tag: "@webgpu" }, async ({ page }) => {
  const answer = await ask(page, { kind: "lost", choice: "webgpu", threads: null });
  expect(answer).toMatchObject({ error: { tag: "device", fields: { reason: "destroyed" } } });
});

function compare(outcome: Outcome, node: Outcome): void {
  for (const [i, mixture] of node.mixtures.entries()) {
    const other = outcome.mixtures[i]!;
    expect(other.label).toBe(mixture.label);
    // A GPU may fuse multiply and add, which leaves one rounding out.
    expect(largestDifference(other.merged, mixture.merged)).toBeLessThan(2e-7);
    expect(largestDifference(other.logprobs, mixture.logprobs)).toBeLessThan(1e-4);
    expect(other.greedy).toEqual(mixture.greedy);
  }
  expect(largestDifference(outcome.kept.logprobs, node.kept.logprobs)).toBeLessThan(1e-4);
  expect(outcome.kept.decoded).toEqual(node.kept.decoded);
  // Squares of sums of hundreds of products, in another order on every device.
  const [own, other] = [node.statistics!, outcome.statistics];
  if (other !== null) {
    expect(other.squares).toHaveLength(own.squares.length);
    for (const [i, sum] of own.squares.entries())
      expect(Math.abs(other.squares[i]! - sum)).toBeLessThan(1e-3 * Math.abs(sum) + 1e-6);
    for (const [i, [sum, trace]] of own.grams.entries()) {
      const [otherSum, otherTrace] = other.grams[i]!;
      expect(Math.abs(otherTrace - trace)).toBeLessThan(1e-4 * trace);
      expect(Math.abs(otherSum - sum)).toBeLessThan(1e-3 * trace);
    }
  }
  const [empty, loaded, mixed, dropped] = outcome.liveBytes;
  expect(mixed).toBe(loaded);
  expect(dropped).toBe(empty);
  expect(loaded).toBeGreaterThan(1.9 * empty!);
  expect(outcome.errorTags).toEqual({ failedLoad: "mismatch", overflow: "numerics" });
}
