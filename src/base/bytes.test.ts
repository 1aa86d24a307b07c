import { expect, test } from "vitest";
import { concatBytes, describeBytes, equalBytes, sha256Hex } from "./bytes.ts";

test("chunks become one array, in order", () => {
  expect(concatBytes([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)])).toEqual(
    Uint8Array.of(1, 2, 3),
  );
});

test("equality sees length and content", () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});

test("SHA-256 of the standard's own example", async () => {
  expect(await sha256Hex(new TextEncoder().encode("abc"))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("sizes in words", () => {
  expect([0, 999, 1500, 911_300_000, 2.5e9].map(describeBytes)).toEqual([
    "0 bytes",
    "999 bytes",
    "1.5 kB",
    "911.3 MB",
    "2.5 GB",
  ]);
});
