import { describe, expect, it } from "vitest";
import { PYTHIA_STEPS } from "./fixtures/fakeHub.ts";
import { findRevisions, QUICK_PICKS, repositoryOf } from "./revisions.ts";

describe("revisions", () => {
  const repository = {
    repository: "EleutherAI/pythia-70m",
    revisions: [...PYTHIA_STEPS.map((step) => ({ name: `step${step}`, step })), { name: "main", step: null }],
  };

  it("are found by what is typed, and can be typed where they are not listed", () => {
    expect(findRevisions(repository, "")).toMatchObject({
      steps: { length: 154 },
      others: { length: 1 },
      left: 0,
    });
    expect(findRevisions(repository, " step1430 ")).toMatchObject({
      steps: [{ name: "step143000" }],
      unlisted: "step1430",
    });
    expect(findRevisions(repository, "MAIN").others).toHaveLength(1);
    expect(findRevisions(repository, "main").unlisted).toBeNull();
    expect(findRevisions(repository, "../x").unlisted).toBeNull();
    const many = {
      ...repository,
      revisions: Array.from({ length: 5000 }, (_, k) => ({ name: `b${k}`, step: null })),
    };
    expect(findRevisions(many, "")).toMatchObject({ others: { length: 600 }, left: 4400 });
  });

  it("have usual picks, which end at the last", () => {
    const steps = PYTHIA_STEPS.map((step) => `step${step}`);
    const picks = Object.fromEntries(QUICK_PICKS.map(({ label, pick }) => [label, pick(steps)]));
    expect(picks["last two"]).toEqual(["step142000", "step143000"]);
    expect(picks["last five"]).toHaveLength(5);
    expect(picks["every 10th"]).toHaveLength(16);
    expect(picks["every 10th"]?.at(-1)).toBe("step143000");
  });

  it.each([
    ["EleutherAI/pythia-70m", "EleutherAI/pythia-70m"],
    [" gpt2 ", "gpt2"],
    ["hf:EleutherAI/pythia-70m@step1000", "EleutherAI/pythia-70m"],
    ["https://huggingface.co/EleutherAI/pythia-70m/", "EleutherAI/pythia-70m"],
    ["https://huggingface.co/EleutherAI/pythia-70m/tree/step1000", "EleutherAI/pythia-70m"],
  ])("are of the repository that “%s” means", (typed, repository) => {
    expect(repositoryOf(typed)).toBe(repository);
  });
});
