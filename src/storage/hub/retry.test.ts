/** Requests that are tried again: what is, what is not, how late, and how it ends. */
import { describe, expect, test } from "vitest";
import { cancelled } from "../../base/errors.ts";
import { wait as realWait } from "../../base/job.ts";
import { retrying, type Wait } from "./retry.ts";

const URL = "https://hub.test/file";

/** A server that gives these answers one after the other, the last one for ever; an error is no answer. */
function createServer(...answers: readonly ((() => Response) | Error)[]) {
  let asked = 0;
  return {
    asked: () => asked,
    async fetch() {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (typeof answer === "function") return answer();
      throw answer;
    },
  };
}

function createWait() {
  const waits: number[] = [];
  const wait: Wait = async (ms) => void waits.push(ms);
  return { waits, wait };
}

const answer = (status: number, retryAfter?: string) => () =>
  new Response("words", { status, headers: retryAfter === undefined ? {} : { "Retry-After": retryAfter } });
/** As Node and browsers tell that there was no answer. */
const NO_ANSWER = new TypeError("fetch failed");

test.each([200, 206, 301, 400, 401, 403, 404, 416])("an answer of %i is given at once", async (status) => {
  const server = createServer(answer(status));
  const { waits, wait } = createWait();
  expect((await retrying(server.fetch, wait)(URL, {})).status).toBe(status);
  expect([server.asked(), waits]).toEqual([1, []]);
});

test.each([
  ["no answer", NO_ANSWER],
  ["429", answer(429)],
  ["500", answer(500)],
  ["503", answer(503)],
])("after %s it is asked again, each time about twice as late", async (_, failure) => {
  const server = createServer(failure, failure, failure, failure, failure, answer(200));
  const { waits, wait } = createWait();
  expect((await retrying(server.fetch, wait)(URL, {})).status).toBe(200);
  expect(waits).toHaveLength(5);
  for (const [i, ms] of waits.entries()) {
    expect(ms).toBeGreaterThanOrEqual(500 * 2 ** i);
    expect(ms).toBeLessThanOrEqual(1000 * 2 ** i);
  }
});

test("many do not come back together", async () => {
  const firsts = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const { waits, wait } = createWait();
    await retrying(createServer(answer(503), answer(200)).fetch, wait)(URL, {});
    firsts.add(waits[0] ?? 0);
  }
  expect(firsts.size).toBeGreaterThan(10);
});

test("a server that stays busy answers for itself, body and all; without an answer it is the error", async () => {
  const { waits, wait } = createWait();
  const server = createServer(answer(503));
  const last = await retrying(server.fetch, wait)(URL, {});
  expect([last.status, await last.text(), server.asked(), waits.length]).toEqual([503, "words", 6, 5]);
  await expect(retrying(createServer(NO_ANSWER).fetch, wait)(URL, {})).rejects.toBe(NO_ANSWER);
});

describe("a server that says how long to wait", () => {
  test.each([
    ["0", 0],
    ["7", 7000],
    [" 60 ", 60_000],
  ])("is believed: %j", async (text, ms) => {
    const { waits, wait } = createWait();
    await retrying(createServer(answer(429, text), answer(200)).fetch, wait)(URL, {});
    expect(waits).toEqual([ms]);
  });

  test("may say it as a date, in the past too", async () => {
    const { waits, wait } = createWait();
    const later = new Date(Date.now() + 20_000).toUTCString();
    const server = createServer(
      answer(503, later),
      answer(503, "Wed, 21 Oct 2015 07:28:00 GMT"),
      answer(200),
    );
    await retrying(server.fetch, wait)(URL, {});
    expect(waits[0]).toBeGreaterThan(15_000);
    expect(waits[0]).toBeLessThanOrEqual(20_000);
    expect(waits[1]).toBe(0);
  });

  test("and makes no sense is waited for as any other", async () => {
    const { waits, wait } = createWait();
    await retrying(createServer(answer(429, "soon"), answer(200)).fetch, wait)(URL, {});
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[0]).toBeLessThanOrEqual(1000);
  });

  test("and asks for too much is not waited for", async () => {
    const { waits, wait } = createWait();
    const server = createServer(answer(429, "3600"));
    expect((await retrying(server.fetch, wait)(URL, {})).status).toBe(429);
    expect([server.asked(), waits]).toEqual([1, []]);
  });
});

describe("a stop", () => {
  test("while it waits ends it at once", async () => {
    const stop = new AbortController();
    const server = createServer(answer(429, "60"));
    const asked = retrying(server.fetch, realWait)(URL, { signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(asked).rejects.toMatchObject({ tag: "cancelled" });
    expect(server.asked()).toBe(1);
  });

  test("while it asks is not asked again", async () => {
    const stop = new AbortController();
    const { waits, wait } = createWait();
    let asked = 0;
    const fetch = async () => {
      asked++;
      stop.abort();
      throw cancelled();
    };
    await expect(retrying(fetch, wait)(URL, { signal: stop.signal })).rejects.toMatchObject({
      tag: "cancelled",
    });
    expect([asked, waits]).toEqual([1, []]);
  });
});
