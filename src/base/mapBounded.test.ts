import { expect, test } from "vitest";
import { mapBounded } from "./mapBounded.ts";

test("keeps the order and never works on more than the limit", async () => {
  let running = 0;
  let most = 0;
  const doubled = await mapBounded([5, 1, 4, 2, 3], 2, async (n) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, n));
    running--;
    return 2 * n;
  });
  expect(doubled).toEqual([10, 2, 8, 4, 6]);
  expect(most).toBe(2);
  expect(await mapBounded([], 3, async () => 1)).toEqual([]);
});

test("rejects with the first failure and begins nothing after it", async () => {
  const begun: number[] = [];
  const failing = mapBounded([1, 2, 3, 4, 5, 6], 2, async (n) => {
    begun.push(n);
    await new Promise((resolve) => setTimeout(resolve, n === 1 ? 1 : 5));
    if (n === 1) throw new Error("one");
  });
  await expect(failing).rejects.toThrow("one");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(begun).toEqual([1, 2]);
});
