/** Parquet files as the hub serves data sets: the one door to hyparquet. Read by ranges. Runs everywhere. */
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { Doc } from "../benchmark.ts";
import type { DataFile } from "./dataFiles.ts";
import { badData, MAX_ROWS } from "./textFiles.ts";

/** Every row; whole numbers of 64 bits become numbers. @throws AppError `bad-format`, and those of reading. */
export async function readParquet({ path, source }: DataFile, signal: AbortSignal): Promise<readonly Doc[]> {
  const file = {
    byteLength: source.byteLength,
    async slice(start: number, end: number = source.byteLength): Promise<ArrayBuffer> {
      const from = start < 0 ? source.byteLength + start : start;
      return (await source.read(from, end, signal)).buffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    if (metadata.num_rows > MAX_ROWS) throw new Error(`it has ${metadata.num_rows} rows`);
    const rows = await parquetReadObjects({ file, metadata, compressors });
    return rows.map((row) => plain(row) as Doc);
  } catch (cause) {
    signal.throwIfAborted();
    throw badData(path, null, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}
