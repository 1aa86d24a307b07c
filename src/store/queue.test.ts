import { expect, it } from "vitest";
import { createQueue } from "./queue.ts";

it("runs one piece at a time, in the order asked", async () => {
  const queue = createQueue();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 2));
    log.push(`${name} ends`);
  };
  await Promise.all([queue.submit(work("a")), queue.submit(work("b"))]);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});

it("asks a piece to give way once, whether the other comes before or after it began", async () => {
  const queue = createQueue();
  let asked = 0;
  let end = (): void => undefined;
  const long = () =>
    new Promise<void>((resolve) => {
      end = resolve;
    });
  const giveWay = (): void => {
    asked += 1;
    end();
  };
  const first = queue.submit(long, giveWay);
  await Promise.resolve();
  await Promise.all([first, queue.submit(async () => undefined), queue.submit(async () => undefined)]);
  expect(asked).toBe(1);
});
