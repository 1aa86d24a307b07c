/**
 * The hub by plain addresses: sizes, hashes and the commit come from its listing before a file moves, files by ranges from
 * its resolver. One redirect leads from there to where large files are; browsers and Node follow it, take the token off on
 * the way, and every answer allows pages of other origins. Everything is asked for by commit, so that nothing can change under
 * us. Runs everywhere.
 */
import * as v from "valibot";
import { AppError, type ErrorTag } from "../../base/errors.ts";
import { bodyOf, type Fetch, inTime, isHtml, request } from "../httpRequest.ts";
import type { HashSource } from "../sha256.ts";
import { downloadFile } from "./download.ts";
import { missingExtents, totalBytes } from "./extents.ts";
import { type About, badAnswer, hubRefusal, nameOf, offline, unreachable } from "./hubErrors.ts";
import { createHubFile, type HubFileSource } from "./hubFile.ts";
import type { Extent, Hub, HubCache, HubFile, HubFiles, HubListing, KnownExtent } from "./hubFiles.ts";
import { COMMIT, KEY, SAFE_PATH } from "./keptListing.ts";
import { retrying, type Wait } from "./retry.ts";

/** What a hub is made of. */
export type HubParts = {
  /** Such as `https://huggingface.co`, without a slash at the end. */
  readonly endpoint: string;
  readonly token: string | null;
  /** Whether only what is kept may be used. */
  readonly offline: boolean;
  readonly cache: HubCache | null;
  readonly fetch: Fetch;
  readonly wait: Wait;
  readonly hash: HashSource;
};

/** A page of a listing has at most a thousand files, the largest repositories some thousand. */
const MAX_ANSWER_BYTES = 8_000_000;
const MAX_PAGES = 200;
const MAX_FILES = 100_000;
const MAX_PATH_LENGTH = 1024;

const commitSchema = v.looseObject({ sha: v.pipe(v.string(), v.regex(COMMIT)) });
const namedSchema = v.array(v.looseObject({ name: v.string() }));
const refsSchema = v.looseObject({ branches: namedSchema, tags: v.optional(namedSchema, []) });
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const treeSchema = v.array(
  v.looseObject({
    type: v.string(),
    path: v.pipe(v.string(), v.maxLength(MAX_PATH_LENGTH)),
    size: v.optional(size, 0),
    oid: v.optional(v.string(), ""),
    lfs: v.nullish(v.looseObject({ oid: v.string(), size })),
  }),
);

const UNWRITTEN: readonly ErrorTag[] = ["write-failed", "out-of-memory"];

/** The hub behind these parts. */
export function createHub(parts: HubParts): Hub {
  const { endpoint, cache } = parts;
  // What comes is kept by us: a browser's own cache would keep it a second time, and ask for it in splinters.
  const once: Fetch = (url, init) => inTime(parts.fetch(url, { ...init, cache: "no-store" }));
  const fetch = retrying(once, parts.wait);
  const headers = parts.token === null ? {} : { Authorization: `Bearer ${parts.token}` };
  const asking =
    (by: Fetch) =>
    <S extends v.GenericSchema>(path: string, schema: S, about: About, signal: AbortSignal) =>
      askJson({ ...parts, fetch: by }, headers, `${endpoint}/api/models/${path}`, schema, about, signal);

  async function list(about: Named, by: Fetch, signal: AbortSignal): Promise<HubListing> {
    const { repository, revision } = about;
    const ask = asking(by);
    const at = `${repository}/revision/${encodeURIComponent(revision)}`;
    const commit = (await ask(at, commitSchema, about, signal)).answer.sha;
    const files: HubFile[] = [];
    let cursor: string | null = "";
    for (let page = 0; cursor !== null; page++) {
      if (page === MAX_PAGES || files.length > MAX_FILES) throw badAnswer(endpoint, "its listing has no end");
      const next: string = `${repository}/tree/${commit}?recursive=true${cursor}`;
      const { answer, nextCursor }: Asked<v.InferOutput<typeof treeSchema>> = await ask(
        next,
        treeSchema,
        about,
        signal,
      );
      for (const entry of answer) files.push(...toHubFile(entry));
      cursor = nextCursor;
    }
    return { repository, revision, commit, files };
  }

  return {
    endpoint,
    async revisions(repository, signal) {
      const about = { repository, revision: null };
      const { branches, tags } = (await asking(fetch)(`${repository}/refs`, refsSchema, about, signal))
        .answer;
      return [...branches, ...tags].map(({ name }) => name);
    },
    async open(repository, revision, signal) {
      const known = (await cache?.listing(repository, revision)) ?? null;
      let listing: HubListing;
      try {
        // Where an earlier visit's listing can stand in for it, nobody waits for a hub that does not answer.
        listing = await list({ repository, revision }, known === null ? fetch : once, signal);
      } catch (thrown) {
        const unreachable = thrown instanceof AppError && thrown.fields.unreachable === true;
        if (known === null || !unreachable) throw thrown;
        listing = known;
      }
      await cache?.remember(listing).catch((thrown: unknown) => {
        // A cache that may only be read, or is full, is read all the same.
        if (!(thrown instanceof AppError && UNWRITTEN.includes(thrown.tag))) throw thrown;
      });
      return openListing({ ...parts, fetch }, headers, listing);
    },
  };
}

type Named = { readonly repository: string; readonly revision: string };
type Asked<T> = { readonly answer: T; readonly nextCursor: string | null };

/** The files of a listing, kept ones and others. */
function openListing(
  parts: HubParts,
  headers: Readonly<Record<string, string>>,
  listing: HubListing,
): HubFiles {
  const { repository, revision, commit } = listing;
  const { cache } = parts;
  const byPath = new Map(listing.files.map((file) => [file.path, file]));
  const sources = new Map<string, Promise<HubFileSource>>();
  const createSource = async (file: HubFile): Promise<HubFileSource> => {
    const name = `${repository}@${revision}/${file.path}`;
    const path = file.path.split("/").map(encodeURIComponent).join("/");
    const url = `${parts.endpoint}/${repository}/resolve/${commit}/${path}`;
    const fetch: Fetch = parts.offline ? () => Promise.reject(offline(name)) : parts.fetch;
    const source = createHubFile({ fetch, headers, url, name }, file);
    source.adopt((await cache?.open(listing, file, name)) ?? null);
    return source;
  };
  const sourceOf = (file: HubFile): Promise<HubFileSource> => {
    const source = sources.get(file.path) ?? createSource(file);
    sources.set(file.path, source);
    source.catch(() => sources.delete(file.path));
    return source;
  };
  const leftOf = async (file: HubFile, known: readonly KnownExtent[]): Promise<readonly Extent[]> => {
    const done = (await cache?.partial(listing, file)) ?? [];
    return missingExtents(file.byteLength, [...done, ...known]);
  };
  return {
    name: `${repository}@${revision}`,
    listing,
    async open(path) {
      const file = byPath.get(path);
      return file === undefined ? null : (await sourceOf(file)).source;
    },
    async missingBytes(path, known) {
      const file = find(listing, byPath, path);
      if (cache === null || (await cache.open(listing, file, path)) !== null) return 0;
      return totalBytes(await leftOf(file, file.sha256 === null ? [] : known));
    },
    async fetch(path, known, job) {
      const file = find(listing, byPath, path);
      if (cache === null) return;
      const source = await sourceOf(file);
      let kept = await cache.open(listing, file, source.source.name);
      if (kept === null) {
        const partial = await cache.begin(listing, file, job.signal);
        // Whoever wrote it while we waited for our turn may have finished it.
        kept = await cache.open(listing, file, source.source.name);
        if (kept !== null) await partial.close();
        else await downloadFile({ ...parts, stream: source.stream }, file, partial, known, job);
      }
      source.adopt(kept ?? (await cache.open(listing, file, source.source.name)));
      await cache.remember(listing);
    },
  };
}

function find(listing: HubListing, byPath: ReadonlyMap<string, HubFile>, path: string): HubFile {
  const file = byPath.get(path);
  if (file !== undefined) return file;
  throw new AppError("not-found", `${listing.repository}@${listing.revision} has no file ${path}.`, {
    advice: "Choose another revision.",
    fields: { repository: listing.repository, revision: listing.revision, path },
  });
}

/** Folders, and what has no name that is safe or no hash, are left out. */
function toHubFile(entry: v.InferOutput<typeof treeSchema>[number]): readonly HubFile[] {
  const { type, path, lfs } = entry;
  if (type !== "file" || !SAFE_PATH.test(path)) return [];
  const key = lfs == null ? entry.oid : lfs.oid;
  if (!KEY.test(key)) return [];
  // A SHA-256 has 64 digits, git's own id 40.
  return [{ path, byteLength: lfs?.size ?? entry.size, key, sha256: key.length === 64 ? key : null }];
}

async function askJson<S extends v.GenericSchema>(
  { fetch, endpoint, token, offline: isOffline }: HubParts,
  headers: Readonly<Record<string, string>>,
  url: string,
  schema: S,
  about: About,
  signal: AbortSignal,
): Promise<Asked<v.InferOutput<S>>> {
  if (isOffline) throw offline(nameOf(about));
  const response = await request(url, fetch, null, signal, headers).catch((thrown: unknown) => {
    throw unreachable(endpoint, thrown);
  });
  if (!response.ok) throw await hubRefusal(endpoint, response, about, token !== null);
  if (isHtml(response)) {
    await response.body?.cancel();
    throw badAnswer(endpoint, "it answers with a page instead of data");
  }
  const bytes = await bodyOf(url, response, MAX_ANSWER_BYTES, signal);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw badAnswer(endpoint, "its answer is not JSON", cause);
  }
  const parsed = v.safeParse(schema, json);
  if (!parsed.success) throw badAnswer(endpoint, `its answer is not a hub's: ${parsed.issues[0].message}`);
  return { answer: parsed.output, nextCursor: nextPage(response, endpoint) };
}

/**
 * What to add to an address for the next page of a listing. A mirror may pass on the address of another hub, so that only
 * the cursor is taken from it: whoever a server points to, nobody else is asked.
 */
function nextPage(response: Response, endpoint: string): string | null {
  const link = /<([^>]+)>\s*;\s*rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
  if (link === undefined) return null;
  const cursor = URL.canParse(link, endpoint) ? new URL(link, endpoint).searchParams.get("cursor") : null;
  if (cursor === null) throw badAnswer(endpoint, "its listing goes on nowhere");
  return `&cursor=${encodeURIComponent(cursor)}`;
}
