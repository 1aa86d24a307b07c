/** The stack machine against programs that python never wrote. */
import { describe, expect, test } from "vitest";
import { fields, globalOp, intOp, type Op, pickleOf, textOp, tupleOp } from "../fixtures/builders.ts";
import { parsePickle } from "./pickle.ts";

const GLOBALS = new Set(["collections.OrderedDict", "a.f"]);
const parse = (...ops: readonly Op[]) => parsePickle("test.bin", pickleOf(...ops), GLOBALS);
const STOP = 0x2e;

test("values of every kind", () => {
  const dict = [0x7d, ...textOp("k"), 0x4b, 7, 0x73, 0x28, ...textOp("n"), 0x4e, ...textOp("t"), 0x88, 0x75];
  expect(parse(...dict, STOP)).toEqual({
    kind: "dict",
    items: [
      ["k", 7],
      ["n", null],
      ["t", true],
    ],
  });
  const numbers = [
    [0x4a, fields([4, -3])],
    [0x4d, fields([2, 65535])],
    [0x8a, 0],
    [0x8a, 1, 0xff],
    [0x8a, 5, Uint8Array.of(0, 0, 0, 0, 1)],
  ];
  expect(parse(...tupleOp(...numbers), STOP)).toEqual({ kind: "tuple", items: [-3, 65535, 0, -1, 2 ** 32] });
  expect(parse(...intOp(1), ...intOp(2), 0x86, 0x71, 5, ...intOp(3), 0x68, 5, 0x87, STOP)).toMatchObject({
    kind: "tuple",
    items: [{ items: [1, 2] }, 3, { items: [1, 2] }],
  });
});

test("a call is written down, never made", () => {
  expect(parse(...globalOp("a", "f"), ...tupleOp(intOp(1)), 0x52, 0x51, STOP)).toEqual({
    kind: "persistent",
    id: { kind: "call", name: "a.f", args: [1] },
  });
});

test("other names are refused where they stand, used or not", () => {
  for (const [module, name] of [
    ["os", "system"],
    ["builtins", "eval"],
    ["__builtin__", "getattr"],
    ["a.f", ""],
    ["", "a.f"],
  ] as const) {
    expect(() => parse(...globalOp(module, name), STOP)).toThrow(
      `uses ${module}.${name}, which no plain file`,
    );
    expect(() => parse(...textOp(module), ...textOp(name), 0x93, STOP)).toThrow(`uses ${module}.${name}`);
  }
  expect(() => parse(...intOp(1), ...textOp("f"), 0x93, STOP)).toThrow(/a name that is no text/);
});

const many = (count: number, ...ops: readonly number[]): readonly Op[] => [
  Uint8Array.from({ length: count * ops.length }, (_, i) => ops[i % ops.length]!),
];

const broken: readonly [string, readonly Op[], RegExp][] = [
  ["nothing", [], /cut short/],
  ["no end", [0x4e], /cut short/],
  ["an empty stack", [STOP], /value that is not there/],
  ["two values", [0x4e, 0x4e, STOP], /values left over/],
  ["an open group", [0x4e, 0x28, STOP], /value that is not there/],
  ["bytes behind its end", [0x4e, STOP, 0], /goes on after its end/],
  ["a group that was not opened", [0x74], /closes a group/],
  ["a value from outside the group", [0x4e, 0x28, 0x85], /value that is not there/],
  ["a memo that was not kept", [0x68, 0], /did not keep/],
  ["a memo of nothing", [0x71, 0], /value that is not there/],
  ["a text longer than the rest", [0x58, fields([4, 9]), 65], /cut short/],
  ["a text of 4 GB", [0x58, fields([4, 2 ** 32 - 1]), 65], /text of 4294967295 bytes/],
  ["a text that is not UTF-8", [0x8c, 1, 0xff], /not UTF-8/],
  ["a name without end", [0x63, ...many(5000, 65)], /name without end/],
  ["a number of 64 bits", [0x8a, 8, ...many(8, 0x7f)], /too large/],
  ["a frame beyond the end", [0x95, fields([8, 2 ** 40])], /cut short/],
  ["an item without value", [0x7d, 0x28, 0x4e, 0x75], /key without a value/],
  ["items of a tuple", [0x29, 0x28, 0x4e, 0x4e, 0x75], /dictionary what is none/],
  ["a call of a text", [...textOp("a.f"), 0x29, 0x52], /cannot be called/],
  ["a call without a tuple", [...globalOp("a", "f"), 0x4e, 0x52], /cannot be called/],
  ["state for a tuple", [0x29, 0x7d, 0x62], /dictionary what is none/],
  ["a million values", many(1_000_001, 0x7d), /more than 1000000 operations/],
  ["a million groups", many(1_000_001, 0x28), /more than 1000000 operations/],
  ["more than 16 MB", many(16_000_000, 0x4e), /far too many/],
];

describe("refused in words:", () => {
  test.each(broken)("%s", (_, ops, message) => {
    expect(() => parse(...ops)).toThrow(message);
    expect(() => parse(...ops)).toThrow(expect.objectContaining({ tag: "bad-format" }));
  });

  test.each([0x69 /* INST */, 0x6f /* OBJ */, 0x81 /* NEWOBJ */, 0x82 /* EXT1 */, 0x5d, 0x2b, 0x00])(
    "operation %i",
    (code) => {
      const hex = code.toString(16).padStart(2, "0");
      expect(() => parse(code)).toThrow(`uses operation 0x${hex}`);
    },
  );

  test.each([0, 1, 6, 255])("protocol %i", (protocol) => {
    const bytes = Uint8Array.of(0x80, protocol, 0x4e, STOP);
    expect(() => parsePickle("test.bin", bytes, GLOBALS)).toThrow(`protocol ${protocol}`);
  });
});
