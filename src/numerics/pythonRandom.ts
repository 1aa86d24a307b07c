/**
 * Python's `random.Random(seed)`, because lm-evaluation-harness draws worked examples with it: MT19937 (Matsumoto &
 * Nishimura 1998) and CPython's `sample`. Not for anything else: see rng.ts. Pure.
 */

/** A generator; every call advances it. */
export interface PythonRandom {
  /** Uniform in [0, 1), with 53 bits. */
  random(): number;
  /** `count` different indices below `population`, in the order `sample(range(population), count)` gives them. */
  sample(population: number, count: number): readonly number[];
}

const N = 624;
const M = 397;

/** @param seed a whole number from 0 to 2³² − 1. @throws RangeError for another. */
export function createPythonRandom(seed: number): PythonRandom {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new RangeError(`no seed: ${seed}`);
  const state = seededState(seed);
  let at = N;

  function uint32(): number {
    if (at >= N) {
      regenerate(state);
      at = 0;
    }
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }
  /** `_randbelow`: as many bits as the bound has, again until they are below it. */
  function below(bound: number): number {
    const bits = 32 - Math.clz32(bound);
    for (;;) {
      const drawn = uint32() >>> (32 - bits);
      if (drawn < bound) return drawn;
    }
  }
  return {
    random() {
      const high = uint32() >>> 5;
      const low = uint32() >>> 6;
      return (high * 67108864 + low) / 9007199254740992;
    },
    sample(population, count) {
      if (count < 0 || count > population) throw new RangeError(`${count} of ${population} cannot be drawn`);
      return isSmall(population, count)
        ? sampleFromPool(population, count, below)
        : sampleBySet(population, count, below);
    },
  };
}

/** CPython keeps a list of all where that takes no more room than a set of those chosen. */
function isSmall(population: number, count: number): boolean {
  let room = 21;
  if (count > 5) room += 4 ** Math.ceil(Math.log(count * 3) / Math.log(4));
  return population <= room;
}

function sampleFromPool(population: number, count: number, below: (bound: number) => number) {
  const pool = Array.from({ length: population }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => {
    const j = below(population - i);
    const chosen = pool[j]!;
    pool[j] = pool[population - i - 1]!;
    return chosen;
  });
}

function sampleBySet(population: number, count: number, below: (bound: number) => number) {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(below(population));
  return [...chosen];
}

/** `init_by_array` with the seed as the only word. */
function seededState(seed: number): Uint32Array {
  const state = new Uint32Array(N);
  state[0] = 19650218;
  for (let i = 1; i < N; i++) {
    const before = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, before) + i;
  }
  let i = 1;
  const step = (): void => {
    i++;
    if (i < N) return;
    state[0] = state[N - 1]!;
    i = 1;
  };
  for (let k = 0; k < N; k++) {
    const before = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = (state[i]! ^ Math.imul(before, 1664525)) + seed;
    step();
  }
  for (let k = 0; k < N - 1; k++) {
    const before = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = (state[i]! ^ Math.imul(before, 1566083941)) - i;
    step();
  }
  state[0] = 0x80000000;
  return state;
}

function regenerate(state: Uint32Array): void {
  for (let k = 0; k < N; k++) {
    const y = (state[k]! & 0x80000000) | (state[(k + 1) % N]! & 0x7fffffff);
    state[k] = state[(k + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
}
