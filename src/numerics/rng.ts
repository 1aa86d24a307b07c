/**
 * Seeded random numbers with independent named streams. A stream is named by values, never by how much was drawn
 * before: `createRng(seed, "hedge", 7)` is the same at any time on any machine. Not for cryptography. Pure.
 *
 * xoshiro128** (Blackman & Vigna, "Scrambled linear pseudorandom number generators", 2021), its 128 bits of state
 * filled by hashing the name with the finaliser of MurmurHash3.
 */

/** A stream of random numbers; every call advances it. */
export interface Rng {
  /** 32 uniform bits, as an unsigned integer. */
  uint32(): number;
  /** Uniform in [0, 1), with 53 bits. */
  uniform(): number;
  /** Uniform among 0 … bound − 1, without bias; 1 ≤ bound ≤ 2³². */
  integer(bound: number): number;
  /** Standard normal (polar method of Marsaglia). */
  normal(): number;
}

/** What may name a stream. */
export type StreamId = number | string;

/** The stream named by a seed and any number of identifiers; other names give independent streams. */
export function createRng(seed: StreamId, ...streams: readonly StreamId[]): Rng {
  const state = stateFromName([seed, ...streams]);
  let spare: number | null = null;

  function uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotateLeft(state[3]!, 11);
    return result;
  }
  function uniform(): number {
    const high = uint32() >>> 5;
    const low = uint32() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  }
  function integer(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= 2 ** 32))
      throw new RangeError(`no integer below ${bound} can be drawn`);
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const draw = uint32();
      if (draw < limit) return draw % bound;
    }
  }
  function normal(): number {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = v * factor;
      return u * factor;
    }
  }
  return { uint32, uniform, integer, normal };
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** Hashes the name into 128 bits that are not all zero. */
function stateFromName(name: readonly StreamId[]): Int32Array {
  // JSON keeps 1 and "1", and ["ab"] and ["a", "b"], apart.
  const text = JSON.stringify(name);
  const state = new Int32Array(4);
  for (let word = 0; word < 4; word++) {
    let hash = Math.imul(word + 1, 0x9e3779b9);
    for (let i = 0; i < text.length; i++) hash = mix(hash ^ Math.imul(text.charCodeAt(i) + 1, 0xcc9e2d51));
    state[word] = mix(hash ^ text.length);
  }
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}

function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) + 0x6d2b79f5;
}
