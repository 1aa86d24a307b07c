import { expect, test } from "vitest";
import { readAhead } from "./readAhead.ts";

test("what is next is being read while one is worked on, and no more than that", async () => {
  const begun: number[] = [];
  const seen: string[] = [];
  const read = async (item: number) => {
    begun.push(item);
    return item * 10;
  };
  for await (const [item, value] of readAhead([0, 1, 2, 3], 2, read))
    seen.push(`${item} ${value} of ${begun.length}`);
  expect(seen).toEqual(["0 0 of 3", "1 10 of 4", "2 20 of 4", "3 30 of 4"]);
});

test("a failure is met when its turn comes", async () => {
  const read = async (item: number) => {
    if (item === 1) throw new Error("torn");
    return item;
  };
  const seen: number[] = [];
  const all = async () => {
    for await (const [item] of readAhead([0, 1, 2], 2, read)) seen.push(item);
  };
  await expect(all()).rejects.toThrow("torn");
  expect(seen).toEqual([0]);
});
