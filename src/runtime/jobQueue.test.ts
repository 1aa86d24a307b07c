import { expect, test } from "vitest";
import { createJobQueue } from "./jobQueue.ts";

test("jobs run one at a time, in order, and a failure stops none of those behind it", async () => {
  const queue = createJobQueue();
  const log: string[] = [];
  const job = (name: string, fails: boolean) =>
    queue(async () => {
      log.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, name === "a" ? 20 : 1));
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([job("a", true), job("b", false), job("c", false)]);
  expect(log).toEqual(["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  expect(results.map((result) => result.status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});
