import { expect, test } from "vitest";
import { hubName, isRepository, isRevision, parseHubName, stepOfName } from "./hubName.ts";

test("a hub's checkpoint is read and written back", () => {
  const name = "hf:EleutherAI/pythia-70m@step1000";
  expect(parseHubName(name)).toEqual({ repository: "EleutherAI/pythia-70m", revision: "step1000" });
  expect(hubName(parseHubName(name))).toBe(name);
  expect(parseHubName("hf:gpt2")).toEqual({ repository: "gpt2", revision: "main" });
  expect(parseHubName("hf:allenai/OLMo-1B-hf@stage1/step10").revision).toBe("stage1/step10");
});

test.each([
  "EleutherAI/pythia-70m",
  "hf:",
  "hf:a/b/c",
  "hf:a/b@",
  "hf:a/b@x@y",
  "hf:../b@x",
  "hf:a/b@../../etc",
  "hf:a/..@x",
  "hf:a/b@x?y",
  "hf:a/b@x#y",
  "hf:a b/c",
  "hf:https://a/b",
  `hf:${"a".repeat(300)}/b`,
])("%s is refused", (name) => {
  expect(() => parseHubName(name)).toThrow(/does not name a checkpoint/);
});

test("addresses and paths are no repositories and no revisions", () => {
  expect(["a/b", "gpt2", "a.b/c_d-e"].every(isRepository)).toBe(true);
  expect(["", "/b", "a/", "a//b", ".hidden/x", "a/b/c", "a--b/c"].some(isRepository)).toBe(false);
  expect(["main", "refs/pr/1", "v1.0", "step1000"].every(isRevision)).toBe(true);
  expect(["", "/x", "x/", "a..b", "a b", "%2e"].some(isRevision)).toBe(false);
});

test.each([
  ["hf:EleutherAI/pythia-70m@step143000", 143_000],
  ["step0", 0],
  ["runs/checkpoint-500", 500],
  ["runs/checkpoint-500/", 500],
  ["global_step12", 12],
  ["iter_0005000", 5000],
  ["stage1-step1000-tokens3B", 1000],
  ["demo:300", null],
  ["hf:EleutherAI/pythia-70m@main", null],
  ["step10/model", null],
  ["footstep7", null],
] as const)("%s is of step %s", (name, step) => {
  expect(stepOfName(name)).toBe(step);
});
