/** Memory told in advance, against peaks that were measured and machines that have room or not. */
import { describe, expect, test } from "vitest";
import { parseModelConfig } from "../model/config.ts";
import { parameterCount } from "../model/parameterTable.ts";
import { type BatchBudget, planMemory } from "./memoryPlan.ts";

const GIB = 2 ** 30;

function pythia(hidden: number, layers: number, heads: number) {
  return parseModelConfig({
    model_type: "gpt_neox",
    vocab_size: 50_304,
    hidden_size: hidden,
    intermediate_size: 4 * hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    max_position_embeddings: 2048,
  });
}

const P14 = pythia(128, 6, 4);
const P70 = pythia(512, 6, 8);
const P160 = pythia(768, 12, 12);
const P410 = pythia(1024, 24, 16);
const GPU_BATCH = (heads: number): BatchBudget => ({
  batchTokens: 8192,
  batchLogits: 2 ** 25,
  batchPairs: 2 ** 26 / heads,
});
const CPU_BATCH = (heads: number): BatchBudget => ({
  ...GPU_BATCH(heads),
  batchTokens: 2048,
  batchLogits: 2 ** 23,
});

const ask = (
  config: typeof P70,
  device: "node" | "wasm" | "webgpu",
  availableBytes: number | null,
  more: { readonly bytesPerNumber?: number; readonly maxBindingBytes?: number } = {},
) =>
  planMemory({
    config,
    parentBytes: (more.bytesPerNumber ?? 2) * parameterCount(config),
    device,
    availableBytes,
    maxBindingBytes: more.maxBindingBytes ?? null,
    batch: device === "webgpu" ? GPU_BATCH(config.heads) : CPU_BATCH(config.heads),
  });

// Peak resident set over the empty process in Node, fp16 parents, a batch of one row of 2,048 columns, 333 scored.
test.each([
  ["14m", P14, 2, 610e6],
  ["70m", P70, 2, 1516e6],
  ["160m", P160, 1, 2054e6],
  ["410m", P410, 2, 4633e6],
] as const)(
  "the estimate for %s is within a quarter of what was measured",
  (_name, config, parents, measured) => {
    const batch = { batchTokens: 2048, batchLogits: 333 * 50_304, batchPairs: 2048 ** 2 };
    const parentBytes = 2 * parameterCount(config);
    const question = {
      config,
      parentBytes,
      device: "node",
      availableBytes: null,
      maxBindingBytes: null,
    } as const;
    const plan = planMemory({ ...question, batch });
    const estimate = plan.neededBytes - (2 - parents) * parentBytes;
    expect(estimate / measured).toBeGreaterThan(0.75);
    expect(estimate / measured).toBeLessThan(1.25);
  },
);

describe("two parents of 410 million parameters", () => {
  test("and a merge fit into 4 GiB of GPU memory in fp16, and not in fp32", () => {
    const plan = ask(P410, "webgpu", 4 * GIB);
    expect(plan).toMatchObject({ mode: "resident", parentBytes: 810_668_032, mergedBytes: 1_621_336_064 });
    expect(plan.words).toMatch(
      /^Two parents \(1\.6 GB\), their merge \(1\.6 GB\).*the parents stay loaded\.$/,
    );
    const wide = ask(P410, "webgpu", 4 * GIB, { bytesPerNumber: 4 });
    expect(wide.mode).toBe("streamed");
    expect(wide.words).toMatch(/read anew for every merge.*float16 they would stay loaded\.$/);
  });

  test("are read anew where only the merge fits, and refused where not even that does", () => {
    const small = ask(P410, "node", 4 * GIB);
    expect(small.mode).toBe("streamed");
    expect(small.words).toMatch(/more than the 4\.3 GB there is/);
    expect(small.words).not.toMatch(/float16/);
    const none = ask(P410, "node", 2 * GIB);
    expect(none.mode).toBe("none");
    expect(none.words).toMatch(/more than the 2\.1 GB there is\. .*up to about \d+ million parameters\.$/);
    expect(ask(P410, "node", 0.2 * GIB).words).toMatch(/the room\.$/);
  });

  test("need a GPU whose shaders can read the embedding", () => {
    const plan = ask(P410, "webgpu", 8 * GIB, { maxBindingBytes: 128 * 2 ** 20 });
    expect(plan.mode).toBe("none");
    expect(plan.words).toMatch(/a buffer of 268\.4 MB; this GPU's shaders read at most 134\.2 MB.*wasm/);
    expect(ask(P410, "webgpu", 8 * GIB, { maxBindingBytes: GIB }).mode).toBe("resident");
  });
});

test("wasm copies the merge, and its memory ends at 4 GiB whatever the machine has", () => {
  const [node, wasm] = [ask(P70, "node", null), ask(P70, "wasm", null)];
  expect(wasm.workBytes - node.workBytes).toBe(node.mergedBytes);
  expect(wasm.mode).toBe("resident");
  const large = ask(pythia(2048, 16, 8), "wasm", 64 * GIB);
  expect(large.mode).toBe("none");
  expect(large.words).toMatch(/of wasm's memory, which ends at 4\.3 GB\. .*WebGPU or the command line/);
  const fitting = Number(/about (\d+) million/.exec(large.words)?.[1]);
  expect(fitting).toBeGreaterThan(500);
  expect(fitting).toBeLessThan(1012);
});

test("a machine that does not tell its memory is not refused", () => {
  const plan = ask(P410, "node", null);
  expect(plan).toMatchObject({ mode: "resident", availableBytes: null });
  expect(plan.words).not.toMatch(/there is/);
});
