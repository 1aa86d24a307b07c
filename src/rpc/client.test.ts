import { afterEach, expect, test } from "vitest";
import { AppError, cancelled } from "../base/errors.ts";
import { serveEngine } from "./channel.ts";
import { createEngineClient } from "./client.ts";
import type { Engine, EngineEvent } from "./protocol.ts";

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** A client and a fake engine with a real message channel between them. */
function connect(engine: Engine["call"]) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  for (const port of [port1, port2]) port.start();
  serveEngine({ call: engine }, port2);
  return createEngineClient(port1);
}

function job() {
  const controller = new AbortController();
  const events: EngineEvent[] = [];
  return {
    controller,
    events,
    job: { signal: controller.signal, emit: (event: EngineEvent) => events.push(event) },
  };
}

const request = { task: "t", split: "search", limit: null, rows: [0] } as const;
const event = (index: number): EngineEvent => ({
  kind: "parent",
  index,
  score: { value: 1, stderr: null, n: 3 },
});

test("a call carries its request over and its result back, events before it and in order", async () => {
  const client = connect(async (method, given, { emit }) => {
    expect([method, given]).toEqual(["taskRows", request]);
    emit(event(0));
    emit(event(1));
    return [{ kind: "text", text: "row" }] as never;
  });
  const { job: watched, events } = job();
  expect(await client.call("taskRows", request, watched)).toEqual([{ kind: "text", text: "row" }]);
  expect(events).toEqual([event(0), event(1)]);
});

test("events reach the call they belong to", async () => {
  let release = () => {};
  const both = new Promise<void>((resolve) => (release = resolve));
  let calls = 0;
  const client = connect(async (_method, _given, { emit }) => {
    const mine = calls++;
    if (mine === 1) release();
    await both;
    emit(event(mine));
    return [] as never;
  });
  const [a, b] = [job(), job()];
  await Promise.all([client.call("taskRows", request, a.job), client.call("taskRows", request, b.job)]);
  expect([a.events, b.events]).toEqual([[event(0)], [event(1)]]);
});

test("an error comes back whole: tag, words, advice, fields and cause", async () => {
  const client = connect(async () => {
    throw new AppError("mismatch", "They differ.", {
      advice: "Do so.",
      fields: { n: 2 },
      cause: new Error("deep"),
    });
  });
  const failed = client.call("taskRows", request, job().job);
  await expect(failed).rejects.toBeInstanceOf(AppError);
  await expect(failed).rejects.toMatchObject({
    tag: "mismatch",
    message: "They differ.",
    advice: "Do so.",
    fields: { n: 2 },
    cause: { tag: "internal", message: "deep" },
  });
});

test("a stop reaches the engine's signal, of this call only", async () => {
  const stopped: number[] = [];
  let calls = 0;
  const client = connect(async (_method, _given, { signal }) => {
    const mine = calls++;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    stopped.push(mine);
    throw cancelled();
  });
  const stoppedJob = job();
  client.call("taskRows", request, job().job).catch(() => {});
  const running = client.call("taskRows", request, stoppedJob.job);
  stoppedJob.controller.abort();
  await expect(running).rejects.toMatchObject({ tag: "cancelled" });
  expect(stopped).toEqual([1]);
});

test("a call that is stopped before it begins is not sent", async () => {
  let calls = 0;
  const client = connect(async () => {
    calls++;
    return [] as never;
  });
  const { controller, job: watched } = job();
  controller.abort();
  await expect(client.call("taskRows", request, watched)).rejects.toMatchObject({ tag: "cancelled" });
  expect(calls).toBe(0);
});

test("a dead thread rejects what is pending and what comes later, with its reason", async () => {
  const client = connect(() => new Promise(() => {}));
  const pending = client.call("taskRows", request, job().job);
  client.die("it ran out of memory.");
  for (const call of [pending, client.call("taskRows", request, job().job)]) {
    await expect(call).rejects.toMatchObject({ tag: "device" });
    await expect(call).rejects.toThrow("it ran out of memory.");
  }
});
