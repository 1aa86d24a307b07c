/**
 * The part of Python's pickle format that a dictionary of tensors needs, protocols 2 to 5. A pickle is a program for
 * a small stack machine; this one can build values and nothing else. A call becomes a record of the call, names outside a given list are
 * refused where they stand, and operations, strings and bytes are bounded. Pure; runs everywhere; knows no tensor.
 */
import { AppError } from "../../base/errors.ts";

/** What a pickle can hold here. A global, a call and a persistent reference are records: nothing is looked up or run. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | { readonly kind: "tuple"; readonly items: readonly PickleValue[] }
  | PickleDict
  | { readonly kind: "global"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly PickleValue[] }
  | { readonly kind: "persistent"; readonly id: PickleValue };

type PickleDict = { readonly kind: "dict"; readonly items: (readonly [PickleValue, PickleValue])[] };

/** The longest pickle read; a tensor takes about 150 bytes of it. */
export const MAX_PICKLE_BYTES = 16_000_000;
/** Bounds stack, memo and values alike, since one operation adds one at most; a tensor takes about 40. */
const MAX_OPERATIONS = 1_000_000;
const MAX_STRING_BYTES = 4096;

/** Built as a dictionary wherever it is called. */
const ORDERED_DICT = "collections.OrderedDict";

type Machine = {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly globals: ReadonlySet<string>;
  /** Next byte to read. */
  at: number;
  readonly stack: PickleValue[];
  /** Heights of the stack at which the open groups begin. */
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
};

const PROTO = 0x80;
const STOP = 0x2e;

/** What each operation does, by its byte; names are those of Python's `pickletools`. */
const OPERATIONS: ReadonlyMap<number, (machine: Machine) => void> = new Map([
  [0x95 /* FRAME */, (machine) => skipFrame(machine)],
  [0x4e /* NONE */, (machine) => push(machine, null)],
  [0x88 /* NEWTRUE */, (machine) => push(machine, true)],
  [0x89 /* NEWFALSE */, (machine) => push(machine, false)],
  [0x4b /* BININT1 */, (machine) => push(machine, readUint(machine, 1))],
  [0x4d /* BININT2 */, (machine) => push(machine, readUint(machine, 2))],
  [0x4a /* BININT */, (machine) => push(machine, readUint(machine, 4) | 0)],
  [0x8a /* LONG1 */, (machine) => push(machine, readLong(machine))],
  [0x8c /* SHORT_BINUNICODE */, (machine) => push(machine, readString(machine, 1))],
  [0x58 /* BINUNICODE */, (machine) => push(machine, readString(machine, 4))],
  [0x7d /* EMPTY_DICT */, (machine) => push(machine, { kind: "dict", items: [] })],
  [0x29 /* EMPTY_TUPLE */, (machine) => push(machine, { kind: "tuple", items: [] })],
  [0x85 /* TUPLE1 */, (machine) => pushTuple(machine, 1)],
  [0x86 /* TUPLE2 */, (machine) => pushTuple(machine, 2)],
  [0x87 /* TUPLE3 */, (machine) => pushTuple(machine, 3)],
  [0x28 /* MARK */, (machine) => machine.marks.push(machine.stack.length)],
  [0x74 /* TUPLE */, (machine) => push(machine, { kind: "tuple", items: popGroup(machine) })],
  [0x73 /* SETITEM */, (machine) => setItems(machine, [pop(machine), pop(machine)].reverse())],
  [0x75 /* SETITEMS */, (machine) => setItems(machine, popGroup(machine))],
  [0x71 /* BINPUT */, (machine) => machine.memo.set(readUint(machine, 1), top(machine))],
  [0x72 /* LONG_BINPUT */, (machine) => machine.memo.set(readUint(machine, 4), top(machine))],
  [0x94 /* MEMOIZE */, (machine) => machine.memo.set(machine.memo.size, top(machine))],
  [0x68 /* BINGET */, (machine) => push(machine, recall(machine, readUint(machine, 1)))],
  [0x6a /* LONG_BINGET */, (machine) => push(machine, recall(machine, readUint(machine, 4)))],
  [0x63 /* GLOBAL */, (machine) => pushGlobal(machine, [readLine(machine), readLine(machine)])],
  [0x93 /* STACK_GLOBAL */, (machine) => pushGlobal(machine, [pop(machine), pop(machine)].reverse())],
  [0x51 /* BINPERSID */, (machine) => push(machine, { kind: "persistent", id: pop(machine) })],
  [0x52 /* REDUCE */, (machine) => pushCall(machine)],
  [0x62 /* BUILD */, (machine) => dropState(machine)],
]);

/**
 * The value that a pickle describes. `file` names its place in errors; `globals` are the names it may mention, as
 * `module.name`; `collections.OrderedDict` gives dictionaries where it is among them.
 * @throws AppError `unsupported` for a name or an operation outside the lists, `bad-format` for a broken or huge pickle.
 */
export function parsePickle(file: string, bytes: Uint8Array, globals: ReadonlySet<string>): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = { file, bytes, view, globals, at: 0, stack: [], marks: [], memo: new Map() };
  if (bytes.byteLength > MAX_PICKLE_BYTES)
    throw broken(machine, `has ${bytes.byteLength} bytes, far too many`);
  if (readUint(machine, 1) !== PROTO) throw broken(machine, "does not begin as one");
  const protocol = readUint(machine, 1);
  if (protocol < 2 || protocol > 5) throw refused(machine, `protocol ${protocol}`);
  for (let count = 0; count < MAX_OPERATIONS; count++) {
    const code = readUint(machine, 1);
    if (code === STOP) return finish(machine);
    const operation = OPERATIONS.get(code);
    if (operation === undefined) throw refused(machine, `operation 0x${code.toString(16).padStart(2, "0")}`);
    operation(machine);
  }
  throw broken(machine, `has more than ${MAX_OPERATIONS} operations`);
}

function finish(machine: Machine): PickleValue {
  const value = pop(machine);
  if (machine.stack.length + machine.marks.length > 0) throw broken(machine, "ends with values left over");
  if (machine.at !== machine.bytes.byteLength) throw broken(machine, "goes on after its end");
  return value;
}

/** The next `length` bytes, passed. */
function advance(machine: Machine, length: number): Uint8Array {
  const startByte = machine.at;
  if (length > machine.bytes.byteLength - startByte) throw broken(machine, "is cut short");
  machine.at += length;
  return machine.bytes.subarray(startByte, machine.at);
}

function readUint(machine: Machine, size: 1 | 2 | 4): number {
  const startByte = machine.at;
  advance(machine, size);
  if (size === 1) return machine.view.getUint8(startByte);
  return size === 2 ? machine.view.getUint16(startByte, true) : machine.view.getUint32(startByte, true);
}

/** A signed integer of any length; those longer than eight bytes mean nothing here. */
function readLong(machine: Machine): number {
  const digits = advance(machine, readUint(machine, 1));
  let value = 0n;
  for (const [index, digit] of digits.entries()) value |= BigInt(digit) << BigInt(8 * index);
  const number = Number(BigInt.asIntN(8 * digits.byteLength, value));
  if (!Number.isSafeInteger(number)) throw broken(machine, "holds a number that is too large");
  return number;
}

function readString(machine: Machine, lengthSize: 1 | 4): string {
  const length = readUint(machine, lengthSize);
  if (length > MAX_STRING_BYTES) throw broken(machine, `holds a text of ${length} bytes, far too many`);
  return decode(machine, advance(machine, length));
}

/** A text up to the end of the line. */
function readLine(machine: Machine): string {
  const length = machine.bytes.subarray(machine.at, machine.at + MAX_STRING_BYTES).indexOf(0x0a);
  if (length < 0) throw broken(machine, "holds a name without end");
  return decode(machine, advance(machine, length + 1).subarray(0, length));
}

function decode(machine: Machine, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw broken(machine, "holds a text that is not UTF-8");
  }
}

/** A frame only says that so many bytes follow. */
function skipFrame(machine: Machine): void {
  advance(machine, 8);
  const length = machine.view.getBigUint64(machine.at - 8, true);
  if (length > BigInt(machine.bytes.byteLength - machine.at)) throw broken(machine, "is cut short");
}

function push(machine: Machine, value: PickleValue): void {
  machine.stack.push(value);
}

/** The value on top, inside the group that was opened last. */
function top(machine: Machine): PickleValue {
  const value = machine.stack.at(-1);
  if (value === undefined || machine.stack.length <= (machine.marks.at(-1) ?? 0)) {
    throw broken(machine, "uses a value that is not there");
  }
  return value;
}

function pop(machine: Machine): PickleValue {
  const value = top(machine);
  machine.stack.pop();
  return value;
}

function popGroup(machine: Machine): readonly PickleValue[] {
  const mark = machine.marks.pop();
  if (mark === undefined) throw broken(machine, "closes a group that was not opened");
  return machine.stack.splice(mark);
}

function pushTuple(machine: Machine, count: number): void {
  const items = Array.from({ length: count }, () => pop(machine)).reverse();
  push(machine, { kind: "tuple", items });
}

function recall(machine: Machine, index: number): PickleValue {
  const value = machine.memo.get(index);
  if (value === undefined) throw broken(machine, "recalls a value that it did not keep");
  return value;
}

/** Keys and values, in turn, into the dictionary on top. */
function setItems(machine: Machine, values: readonly PickleValue[]): void {
  const target = topDict(machine);
  if (values.length % 2 !== 0) throw broken(machine, "sets a key without a value");
  for (let index = 0; index < values.length; index += 2) {
    target.items.push([values[index] ?? null, values[index + 1] ?? null]);
  }
}

function topDict(machine: Machine): PickleDict {
  const target = top(machine);
  if (target !== null && typeof target === "object" && target.kind === "dict") return target;
  throw broken(machine, "treats as a dictionary what is none");
}

function pushGlobal(machine: Machine, path: readonly PickleValue[]): void {
  const name = path.map(String).join(".");
  const named = path.every((part) => typeof part === "string");
  if (!named || !machine.globals.has(name)) throw refused(machine, named ? name : "a name that is no text");
  push(machine, { kind: "global", name });
}

/** A call is not made but written down, except that an ordered dictionary is a dictionary. */
function pushCall(machine: Machine): void {
  const args = pop(machine);
  const callee = pop(machine);
  const valid =
    callee !== null &&
    typeof callee === "object" &&
    callee.kind === "global" &&
    args !== null &&
    typeof args === "object" &&
    args.kind === "tuple";
  if (!valid) throw broken(machine, "calls what cannot be called");
  if (callee.name !== ORDERED_DICT) push(machine, { kind: "call", name: callee.name, args: args.items });
  else if (args.items.length === 0) push(machine, { kind: "dict", items: [] });
  else throw refused(machine, "an ordered dictionary with arguments");
}

/** A state dictionary carries versions of its modules as an attribute: not needed. */
function dropState(machine: Machine): void {
  pop(machine);
  topDict(machine);
}

/** A name from a hostile file goes to terminals: what does not print is replaced. */
function refused(machine: Machine, name: string): AppError {
  const what = name.slice(0, 200).replaceAll(/[^ -~]/g, "?");
  return new AppError("unsupported", `${machine.file} uses ${what}, which no plain file of weights needs.`, {
    advice: "It was refused, and nothing in it was run. Use safetensors, or save model.state_dict() alone.",
    fields: { file: machine.file, refused: what, pickleByte: machine.at },
  });
}

function broken(machine: Machine, why: string): AppError {
  return new AppError("bad-format", `The pickle in ${machine.file} ${why} (at its byte ${machine.at}).`, {
    advice: "Get the file again from where it was published.",
    fields: { file: machine.file, pickleByte: machine.at },
  });
}
