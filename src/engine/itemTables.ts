/**
 * What models said of items, kept by what it depends on: the parents' content, their coefficients, the precision and
 * device, the rows, the tokenizer. Nothing is evaluated twice, and every later question about items is a look-up.
 * Runs everywhere.
 */
import { concatBytes, sha256Hex } from "../base/bytes.ts";
import type { KeptResults } from "../domain/results.ts";
import type { ItemScore } from "../evaluate/itemScores.ts";
import { RESULTS_LIMIT_BYTES, type ResultStore } from "../storage/results/resultStore.ts";

/** Item tables by key. */
export interface ItemTables {
  /** Scores by the row's place in its table; empty where nothing is kept, or what is kept cannot be read. */
  read(key: string): Promise<ReadonlyMap<number, ItemScore>>;
  /** Adds scores to what is kept. A store that fails costs time later, never a result: its failure is not told. */
  add(key: string, fresh: ReadonlyMap<number, ItemScore>): Promise<void>;
  kept(): Promise<KeptResults>;
  clear(): Promise<KeptResults>;
}

/** Everything that the scores of rows depend on. */
export type TableSubject = {
  /** SHA-256 of each parent's weights, and its coefficient, in the order of the sum. */
  readonly parents: readonly { readonly content: string; readonly coefficient: number }[];
  /** How numbers are computed: kind of backend, precision. */
  readonly arithmetic: string;
  /** The rows' key. */
  readonly rows: string;
  /** Tokenizer and model configuration; how answers are generated, where they are. */
  readonly tokens: string;
};

/** Raised when what is computed changes, so that tables of earlier versions are not taken for its own. */
const FORMAT = 1;

/** Tables that stay unpacked; a table of 2,000 items takes about a megabyte. */
const MAX_OPEN = 48;

/** The key of a subject's table: parents with coefficient 0 do not count. */
export async function tableKey({ parents, ...rest }: TableSubject): Promise<string> {
  const terms = parents.filter(({ coefficient }) => coefficient !== 0);
  return sha256Hex(new TextEncoder().encode(JSON.stringify({ format: FORMAT, terms, ...rest })));
}

/** Tables in a store. */
export function createItemTables(store: ResultStore): ItemTables {
  const open = new Map<string, Map<number, ItemScore>>();
  const load = async (key: string): Promise<Map<number, ItemScore>> => {
    const known = open.get(key);
    const table = known ?? (await readTable(store, key));
    // The one used last is dropped last.
    open.delete(key);
    open.set(key, table);
    for (const oldest of open.keys()) {
      if (open.size <= MAX_OPEN) break;
      open.delete(oldest);
    }
    return table;
  };
  const kept = async (): Promise<KeptResults> => {
    const { entries, usedBytes } = await store.stored();
    return { tables: entries, usedBytes, limitBytes: RESULTS_LIMIT_BYTES, place: store.place };
  };
  return {
    read: load,
    async add(key, fresh) {
      if (fresh.size === 0) return;
      const table = await load(key);
      for (const [place, score] of fresh) table.set(place, score);
      await store.write(key, await pack(table)).catch(() => undefined);
    },
    kept,
    async clear() {
      open.clear();
      await store.clear();
      return kept();
    },
  };
}

/** A damaged table is as good as none: its items are evaluated again, and it is written anew. */
async function readTable(store: ResultStore, key: string): Promise<Map<number, ItemScore>> {
  try {
    const bytes = await store.read(key);
    return bytes === null ? new Map() : await unpack(bytes);
  } catch {
    return new Map();
  }
}

/** One entry an item: its place, then log-probability, tokens and greediness of each request, or its text. */
type PackedItem = readonly [place: number, said: readonly (readonly [number, number, 0 | 1])[] | string];

async function pack(table: ReadonlyMap<number, ItemScore>): Promise<Uint8Array<ArrayBuffer>> {
  const items = [...table].map(
    ([place, score]): PackedItem => [
      place,
      score.kind === "generated"
        ? score.text
        : score.scores.map(({ logprob, tokens, greedy }) => [logprob, tokens, greedy ? 1 : 0] as const),
    ],
  );
  return through(new TextEncoder().encode(JSON.stringify(items)), new CompressionStream("gzip"));
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<Map<number, ItemScore>> {
  const text = new TextDecoder().decode(await through(bytes, new DecompressionStream("gzip")));
  const items = JSON.parse(text) as readonly PackedItem[];
  return new Map(
    items.map(([place, said]): [number, ItemScore] => [
      place,
      typeof said === "string"
        ? { kind: "generated", text: said }
        : {
            kind: "scores",
            scores: said.map(([logprob, tokens, greedy]) => ({ logprob, tokens, greedy: greedy === 1 })),
          },
    ]),
  );
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  const chunks: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  return concatBytes(chunks);
}
