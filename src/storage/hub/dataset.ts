/**
 * Data sets of the hub in parquet, which it makes of every public set: `/api/datasets/NAME/parquet` lists the files by
 * configuration and split. Runs everywhere; knows no format.
 */
import * as v from "valibot";
import { AppError } from "../../base/errors.ts";
import type { ByteSource } from "../byteSource.ts";
import { openHttpSource } from "../http.ts";
import { bodyOf, type Fetch, request } from "../httpRequest.ts";
import { createMemorySource } from "../memory.ts";
import { retrying, type Wait } from "./retry.ts";

/** What a hub of data sets is made of. */
export type DatasetParts = {
  readonly endpoint: string;
  readonly token: string | null;
  readonly offline: boolean;
  readonly fetch: Fetch;
  readonly wait: Wait;
};

/** How a fetch is stopped and watched. */
export type DatasetJob = { readonly signal: AbortSignal; onBytes(bytes: number): void };

const MAX_LISTING_BYTES = 8_000_000;
/** A benchmark's split is never larger. */
const MAX_FILE_BYTES = 512 * 2 ** 20;
const MAX_FILES = 64;

const listingSchema = v.record(v.string(), v.record(v.string(), v.array(v.pipe(v.string(), v.url()))));

/** Parquet files by configuration and split. */
export interface Dataset {
  /**
   * The files of a split, whole in memory; `[]` where it is not there. `config` null takes the default one.
   * @throws AppError `read-failed`, `out-of-memory` for files larger than a benchmark's.
   */
  read(config: string | null, split: string, job: DatasetJob): Promise<readonly ByteSource[]>;
}

/** @throws AppError `not-found`, `read-failed`, `bad-format` for an answer that is no listing. */
export async function openDataset(
  parts: DatasetParts,
  repository: string,
  signal: AbortSignal,
): Promise<Dataset> {
  if (parts.offline)
    throw new AppError("not-found", `${repository} is on the hub, which is not to be asked.`, {
      advice: "Give its files, or unset HF_HUB_OFFLINE.",
    });
  const fetch = withToken(retrying(parts.fetch, parts.wait), parts);
  const url = `${parts.endpoint}/api/datasets/${repository}/parquet`;
  const response = await request(url, fetch, null, signal).catch((thrown: unknown) => {
    throw unreached(parts.endpoint, repository, thrown);
  });
  if (!response.ok) throw refused(repository, response.status);
  const bytes = await bodyOf(url, response, MAX_LISTING_BYTES, signal);
  const listing = parseListing(repository, bytes);
  return {
    async read(config, split, job) {
      const name = config ?? (listing.default === undefined ? Object.keys(listing)[0] : "default");
      const urls = (name === undefined ? undefined : listing[name]?.[split]) ?? [];
      if (urls.length > MAX_FILES)
        throw new AppError("out-of-memory", `${repository} has ${urls.length} files of ${split}.`, {
          advice: "Give a part of them as files.",
        });
      const sources: ByteSource[] = [];
      let before = 0;
      for (const one of urls) {
        const source = await openHttpSource(one, fetch, job.signal, MAX_FILE_BYTES);
        if (source === null) throw refused(repository, 404);
        if (source.byteLength > MAX_FILE_BYTES)
          throw new AppError("out-of-memory", `${one} has ${source.byteLength} bytes.`, {
            advice: "Give a part of it as a file.",
          });
        sources.push(createMemorySource(one, await source.read(0, source.byteLength, job.signal)));
        before += source.byteLength;
        job.onBytes(before);
      }
      return sources;
    },
  };
}

/** The token is for the hub alone. */
function withToken(fetch: Fetch, { endpoint, token }: DatasetParts): Fetch {
  if (token === null) return fetch;
  const own = new URL(endpoint).origin;
  return (url, init) => {
    const headers = new Headers(init.headers);
    if (new URL(url).origin === own) headers.set("Authorization", `Bearer ${token}`);
    return fetch(url, { ...init, headers });
  };
}

function parseListing(repository: string, bytes: Uint8Array): v.InferOutput<typeof listingSchema> {
  let json: unknown = null;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // What is no JSON is no listing either.
  }
  const result = v.safeParse(listingSchema, json);
  if (result.success) return result.output;
  throw new AppError("bad-format", `The hub's answer about ${repository} is not a list of parquet files.`, {
    advice: "Check the hub's address.",
    fields: { repository },
  });
}

/** Errors of another kind, such as a cancel, stay as they are. */
function unreached(endpoint: string, repository: string, thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.tag !== "read-failed") return thrown;
  return new AppError("read-failed", `The hub at ${endpoint} could not be reached for ${repository}.`, {
    advice: "Check the connection, or give the set's files instead.",
    fields: { endpoint, repository },
    cause: thrown,
  });
}

function refused(repository: string, status: number): AppError {
  const missing = status === 404;
  return new AppError(
    missing ? "not-found" : "read-failed",
    missing ? `The hub has no data set ${repository}.` : `The hub answered ${status} for ${repository}.`,
    {
      advice:
        status === 401 || status === 403
          ? "It wants a token of somebody who accepted its conditions."
          : "Give the set's files instead.",
      fields: { repository, status },
    },
  );
}
