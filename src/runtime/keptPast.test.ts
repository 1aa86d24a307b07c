/** Going on from kept keys and values is the same as reading everything anew. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelConfig } from "../model/config.ts";
import type { Backend, ResidentModel } from "./backend.ts";
import { largestDifference, randomWeights, readerOf, TINY, TINY_LLAMA } from "./fixtures/tiny.ts";
import { createNodeBackend } from "./ortNode.ts";
import { scorePlainly } from "./plainModel.ts";

const never = new AbortController().signal;
let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend(1);
});
afterAll(() => backend.dispose());

const VARIANTS: readonly (readonly [string, ModelConfig])[] = [
  ["as Pythia", TINY],
  ["as Llama, key heads shared", TINY_LLAMA],
  ["one key head", { ...TINY_LLAMA, keyValueHeads: 1 }],
  ["a sliding window", { ...TINY_LLAMA, slidingWindow: { size: 3, layers: [1] } }],
  ["as OLMo 2", { ...TINY_LLAMA, architecture: "olmo2", residual: "post-norm", queryKeyNorm: true }],
  [
    "as Baichuan2",
    {
      ...TINY_LLAMA,
      architecture: "baichuan2",
      keyValueHeads: 6,
      projections: "stacked",
      normalisedHead: true,
    },
  ],
];

async function open(config: ModelConfig, seed = 7): Promise<ResidentModel> {
  const resident = await backend.createModel(config);
  await resident.mixer.load("a", readerOf(randomWeights(config, seed)), never, () => undefined);
  await resident.mixer.mix(["a"], [1]);
  return resident;
}

const some = (length: number, start: number, { vocabularySize }: ModelConfig) =>
  Array.from({ length }, (_, i) => (start * 7 + i * 5 + (i % 3) * 11) % vocabularySize);

/** Rows of tokens, every one but the first of each row a target. */
function rowsOf(rows: readonly (readonly number[])[], firstPosition: number) {
  const columns = Math.max(...rows.map((row) => row.length));
  const place = (r: number, c: number) => r * columns + c;
  const flat = (of: (r: number, c: number) => number) =>
    Int32Array.from({ length: rows.length * columns }, (_, i) => of(Math.floor(i / columns), i % columns));
  const segments = flat((r, c) => (c < rows[r]!.length ? 0 : 1));
  const targets = rows.flatMap((row, r) => row.slice(1).map((token, c) => ({ place: place(r, c), token })));
  return {
    rows: rows.length,
    columns,
    tokens: flat((r, c) => rows[r]![c] ?? 0),
    positions: flat((r, c) => (c < rows[r]!.length ? firstPosition + c : 0)),
    segments,
    parentSegments: segments,
    scoredPlaces: Int32Array.from(targets, (target) => target.place),
    targetPlaces: Int32Array.from(targets, (_, i) => i),
    targetTokens: Int32Array.from(targets, (target) => target.token),
  };
}

describe.each(VARIANTS)("%s", (_, config) => {
  test("rows after a beginning score as the whole sequences do", async () => {
    const resident = await open(config);
    const beginning = some(9, 1, config);
    const rows = [some(5, 2, config), some(3, 3, config), some(7, 4, config)];
    const past = await resident.model.remember(beginning);
    expect(past.length).toBe(9);
    const after = await resident.model.score(rowsOf(rows, beginning.length), past);
    const whole = rowsOf(
      rows.map((row) => [...beginning, ...row]),
      0,
    );
    const plain = scorePlainly(config, randomWeights(config, 7), whole);
    const isOwn = Array.from(whole.scoredPlaces, (place) => place % whole.columns >= beginning.length);
    const expected = plain.logprobs.filter((_value, i) => isOwn[i]);
    expect(largestDifference(after.logprobs, expected)).toBeLessThan(2e-5);
    expect(after.greedy).toEqual(plain.greedy.filter((_value, i) => isOwn[i]));
    past.dispose();
    past.dispose();
    await resident.dispose();
  });

  test("greedy decoding gives the tokens of reading everything anew, whoever leaves when", async () => {
    const resident = await open(config);
    const prompts = [some(4, 1, config), some(9, 2, config), some(2, 3, config), some(6, 4, config)];
    const steps = 6;
    const decoding = await resident.model.decode(prompts, steps);
    let live = prompts.map((prompt) => [...prompt]);
    for (let step = 0; step < steps; step++) {
      const anew = rowsOf(live, 0);
      const lasts = live.map((_row, r) => r * anew.columns + live[r]!.length - 1);
      const { greedy } = scorePlainly(config, randomWeights(config, 7), {
        ...anew,
        scoredPlaces: Int32Array.from(lasts),
        targetPlaces: new Int32Array(0),
        targetTokens: new Int32Array(0),
      });
      expect([...decoding.next]).toEqual([...greedy]);
      const next = decoding.next;
      const going = live
        .map((_row, r) => r)
        .filter((r) => !(step === 1 && r === 0) && !(step === 3 && r === 1));
      const tokens = Int32Array.from(going, (r) => next[r]!);
      live = going.map((r) => [...live[r]!, next[r]!]);
      await decoding.advance(Int32Array.from(going), tokens);
    }
    decoding.dispose();
    await resident.dispose();
  });
});

test("what was kept under other weights is refused, not used", async () => {
  const resident = await open(TINY);
  const past = await resident.model.remember(some(5, 1, TINY));
  const decoding = await resident.model.decode([some(3, 2, TINY)], 4);
  await resident.mixer.mix(["a"], [0.5]);
  const batch = rowsOf([some(4, 3, TINY)], 5);
  await expect(resident.model.score(batch, past)).rejects.toMatchObject({ tag: "internal" });
  await expect(decoding.advance(Int32Array.of(0), Int32Array.of(1))).rejects.toMatchObject({
    tag: "internal",
  });
  past.dispose();
  await expect(resident.model.score(batch, past)).rejects.toThrow(/not kept any more/);
  await resident.dispose();
});

test("a prompt without room for what is to come is refused in words", async () => {
  const resident = await open(TINY);
  const { maxPositions } = TINY;
  await expect(resident.model.decode([some(maxPositions - 1, 1, TINY)], 2)).rejects.toMatchObject({
    tag: "unsupported",
  });
  await resident.dispose();
});
