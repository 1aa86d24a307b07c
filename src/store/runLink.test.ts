import { describe, expect, it } from "vitest";
import { FAKE_RUN } from "./fixtures/fakeRun.ts";
import { formatRunLink, parseRunLink } from "./runLink.ts";
import { parseAddress, withoutRun } from "./url.ts";

const query = (...texts: string[]): string => `?${new URLSearchParams(texts.map((text) => ["run", text]))}`;

describe("a run's link", () => {
  it("comes back as it was written, repository by repository", () => {
    const checkpoints = [
      "hf:EleutherAI/pythia-70m@step1000",
      "hf:EleutherAI/pythia-70m@step2000",
      "hf:allenai/OLMo-1B@stage1/step10",
    ];
    const texts = formatRunLink(checkpoints);
    expect(texts).toEqual(["hf:EleutherAI/pythia-70m@step1000,step2000", "hf:allenai/OLMo-1B@stage1/step10"]);
    expect(parseRunLink(query(...texts!))).toEqual({ kind: "hub", checkpoints });
  });

  it("is none for the demo, and cannot be made for folders of this machine", () => {
    expect(formatRunLink(["demo:1", "demo:2"])).toEqual([]);
    expect(formatRunLink(["disk:step1", "hf:a/b@main"])).toBeNull();
    expect(parseRunLink("?task=sums")).toEqual({ kind: "none" });
  });

  it.each([
    "",
    "demo:1,2",
    "hf:a/b",
    "hf:a/b@",
    "hf:a/b@step1",
    "hf:a/b@step1,",
    "hf:a/b@step1,step1",
    "hf:a/b@step1,step2@step3",
    "hf:a/b@../../x,step2",
    "hf:a/b@step1?x=y,step2",
    "hf:../b@step1,step2",
    "hf:https://evil.example/a@step1,step2",
    "hf:evil.example:8080/a@step1,step2",
    "hf:a/b/c@step1,step2",
    "disk:a,b",
    "https://huggingface.co/a/b",
    "<img src=x onerror=alert(1)>",
    `hf:a/b@${Array.from({ length: 101 }, (_, k) => `step${k}`).join(",")}`,
    `hf:a/b@${",".repeat(1_000_000)}`,
  ])("refuses %.60s", (text) => {
    expect(parseRunLink(query(text))).toEqual({ kind: "bad", text });
  });

  it("is refused in words, and no longer than they need to be", () => {
    const { notices } = parseAddress(query(`hf:a/b@${"x".repeat(500)}`), FAKE_RUN);
    expect(notices).toEqual([
      `The address's run “hf:a/b@${"x".repeat(17)}…” was ignored: it takes hf:OWNER/REPO@REVISION,REVISION, two or more.`,
    ]);
  });

  it("never names a mirror", () => {
    const address = withoutRun(
      "?run=hf:a/b@x,y&task=t&pair=1,2&items=3&measure=acc&endpoint=https://evil.example&seed=7",
    );
    expect(address).toContain("seed=7");
    expect(parseAddress(address, FAKE_RUN)).toEqual({
      task: null,
      metric: null,
      parents: null,
      limit: null,
      settings: { seed: 7 },
      notices: [],
    });
  });
});
