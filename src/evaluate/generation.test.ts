import { expect, test } from "vitest";
import type { GenerationRule } from "../domain/task.ts";
import { createRng } from "../numerics/rng.ts";
import type { LanguageModel } from "../runtime/languageModel.ts";
import { createHashModel } from "./fixtures/hashModel.ts";
import { type GenerationRow, generateTexts, planGeneration } from "./generation.ts";
import type { TokenCodec } from "./requests.ts";

/** Letters are tokens 1 to 26; 0 is the end. */
const letters: TokenCodec = {
  encode: (text) => [...text].map((letter) => letter.charCodeAt(0) - 96),
  encodeWithSpecials: (text) => letters.encode(text),
  decode: (tokens) =>
    tokens.map((token) => (token === 0 ? "<end>" : String.fromCharCode(96 + token))).join(""),
  decodeText: (tokens) => letters.decode(tokens.filter((token) => token !== 0)),
};
const VOCABULARY = 27;
const rule: GenerationRule = {
  until: ["qu", "z", ""],
  maxNewTokens: 24,
  filters: [{ name: "none", pattern: null, select: 0 }],
  ignore: [],
  ignoreCase: false,
  ignorePunctuation: false,
  strip: false,
};
const packing = {
  batchTokens: 100,
  batchLogits: 1000,
  batchPairs: 1500,
  cacheTokens: 200,
  vocabularySize: VOCABULARY,
  rowTokens: 24,
  maxColumns: 64,
  share: true,
};
const tokens = { codec: letters, prefixToken: 0, maxLength: 64 };
const job = { signal: new AbortController().signal, onBatch() {} };

function randomRows(count: number): readonly GenerationRow[] {
  const rng = createRng(3, "prompts");
  return Array.from({ length: count }, () => ({
    kind: "generation",
    question: letters.decode(Array.from({ length: 1 + rng.integer(50) }, () => 1 + rng.integer(26))),
    answer: "a",
  }));
}

/** One sequence at a time, one run of the model a token, stop strings looked for in the whole text. */
async function generateAlone(model: LanguageModel, prompt: readonly number[]): Promise<string> {
  const sequence = [...prompt];
  for (;;) {
    const length = sequence.length;
    const { greedy } = await model.score({
      rows: 1,
      columns: length,
      tokens: Int32Array.from(sequence),
      positions: Int32Array.from(sequence.keys()),
      segments: new Int32Array(length),
      parentSegments: new Int32Array(length),
      scoredPlaces: Int32Array.of(length - 1),
      targetPlaces: Int32Array.of(0),
      targetTokens: Int32Array.of(0),
    });
    const text = letters.decode(sequence.slice(prompt.length));
    if (greedy[0] === 0) return text;
    const longer = text + letters.decode([greedy[0]!]);
    const end = longer.search(/qu|z/);
    if (end >= 0) return longer.slice(0, end);
    if (longer.length === 24) return longer;
    sequence.push(greedy[0]!);
  }
}

test("side by side, sequences are what each is alone: stop strings, ends and the bound on length", async () => {
  const rows = randomRows(60);
  const plan = planGeneration(rows, rule, [0], tokens);
  const places = [...rows.keys()].filter((row) => row % 5 !== 0).reverse();
  const { texts } = await generateTexts(plan, places, packing, letters, createHashModel(VOCABULARY), job);
  const model = createHashModel(VOCABULARY);
  const alone = [];
  for (const row of places) alone.push(await generateAlone(model, plan.prompts[row]!));
  expect(texts).toEqual(alone);
  expect(texts.some((text) => text.length === 24)).toBe(true);
  expect(texts.some((text) => text.length < 24)).toBe(true);
});

test("what is decoded side by side keeps within the room for keys and values, like lengths together", async () => {
  const plan = planGeneration(randomRows(60), rule, [0], tokens);
  const model = createHashModel(VOCABULARY);
  const groups: (readonly number[])[] = [];
  const watched: LanguageModel = {
    ...model,
    decode(prompts, newTokens) {
      groups.push(prompts.map(({ length }) => length));
      return model.decode(prompts, newTokens);
    },
  };
  await generateTexts(plan, [...plan.prompts.keys()], packing, letters, watched, job);
  for (const lengths of groups) {
    expect(lengths.length * (lengths[0]! + 24)).toBeLessThanOrEqual(packing.cacheTokens);
    expect(lengths.length * lengths[0]! ** 2).toBeLessThanOrEqual(
      Math.max(packing.batchPairs, lengths[0]! ** 2),
    );
  }
  expect(groups.flat()).toEqual(plan.prompts.map(({ length }) => length).sort((a, b) => b - a));
  expect(groups.length).toBeLessThan(40);
});

test("stop strings cut one after the other, as the harness does", async () => {
  const [row] = randomRows(1);
  const said = letters.encode("xabab");
  const model = createHashModel(VOCABULARY, 64, (past) => {
    const next = said[past.length - row!.question.length] ?? 0;
    return Array.from({ length: VOCABULARY }, (_, v) => (v === next ? 1 : 0));
  });
  const texts = async (until: readonly string[]) => {
    const plan = planGeneration([row!], { ...rule, until }, [0], tokens);
    return (await generateTexts(plan, [0], packing, letters, model, job)).texts;
  };
  expect(await texts([])).toEqual(["xabab"]);
  expect(await texts(["bab", "ab"])).toEqual(["x"]);
  expect(await texts(["aba", "b"])).toEqual(["xa"]);
});

test("a question without tokens is named", () => {
  const rows = [...randomRows(1), { kind: "generation", question: "", answer: "a" } as const];
  expect(() => planGeneration(rows, rule, [0], tokens)).toThrow(/Question 2 has no tokens/);
});
