/** A hub with the shipped checkpoints in its repositories, for the walks that open them from there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type MockFiles, type MockHub, startMockHub } from "../src/storage/fixtures/mockHub.ts";
import { demoFolder } from "./opener.ts";

/** The token that opens `lab/gated`. */
export const TOKEN = "hf_for_the_walks";

/** Weights by any of their addresses. */
export const WEIGHTS = "model.safetensors";

/**
 * `lab/pocket` has two neighbours, one of them under a second name, and one whose weights are cut off; `lab/gated` wants
 * the token; `lab/page` is answered with a page.
 */
export async function startPocketHub(): Promise<MockHub> {
  const [older, newer] = [filesOf(3000), filesOf(3200)];
  const cut = { ...newer, [WEIGHTS]: readFileSync(join(demoFolder(3200), WEIGHTS)).subarray(0, 900_000) };
  const hub = await startMockHub(
    {
      "lab/pocket": { revisions: { main: newer, step3000: older, step3001: older, step3200: newer, cut } },
      "lab/gated": { gated: true, revisions: { step3000: older, step3200: newer } },
      "lab/page": { revisions: { main: newer } },
    },
    TOKEN,
  );
  hub.faults.push({ path: "lab/page", html: true });
  return hub;
}

function filesOf(step: number): MockFiles {
  const folder = demoFolder(step);
  return Object.fromEntries(readdirSync(folder).map((name) => [name, { file: join(folder, name) }]));
}
