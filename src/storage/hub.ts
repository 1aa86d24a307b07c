/**
 * The hub by plain addresses: sizes, hashes and the commit come from its listing before a file moves, files by ranges from
 * its resolver. One redirect leads from there to where large files are; browsers and Node follow it, take the token off on
 * the way, and every answer allows pages of other origins. Everything is asked for by commit, so that nothing can change under
 * us. Runs everywhere.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import { downloadFile } from "./download.ts";
import { missingExtents, totalBytes } from "./extents.ts";
import { bodyOf, type Fetch, isHtml, refusal, request } from "./httpRequest.ts";
import { createHubFile, type HubFileSource } from "./hubFile.ts";
import type { Extent, Hub, HubCache, HubFile, HubFiles, HubListing, KnownExtent } from "./hubFiles.ts";
import { SAFE_PATH } from "./keptListing.ts";
import { retrying, type Wait } from "./retry.ts";
import type { HashSource } from "./sha256.ts";

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

/** Listings are text; the largest repositories have some thousand files. */
const MAX_ANSWER_BYTES = 32_000_000;
const MAX_PAGES = 100;

const commitSchema = v.looseObject({ sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)) });
const namedSchema = v.array(v.looseObject({ name: v.string() }));
const refsSchema = v.looseObject({ branches: namedSchema, tags: v.optional(namedSchema, []) });
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const treeSchema = v.array(
  v.looseObject({
    type: v.string(),
    path: v.string(),
    size: v.optional(size, 0),
    oid: v.optional(v.string(), ""),
    lfs: v.nullish(v.looseObject({ oid: v.string(), size })),
  }),
);

const SHA256 = /^[0-9a-f]{64}$/;
const GIT_ID = /^[0-9a-f]{40}$/;

/** The hub behind these parts. */
export function createHub(parts: HubParts): Hub {
  const { endpoint, cache } = parts;
  // What comes is kept by us: a browser's own cache would keep it a second time, and ask for it in splinters.
  const uncached: Fetch = (url, init) => parts.fetch(url, { ...init, cache: "no-store" });
  const refused: Fetch = async (url) => {
    throw offline(url);
  };
  const fetch = parts.offline ? refused : retrying(uncached, parts.wait);
  const headers = parts.token === null ? {} : { Authorization: `Bearer ${parts.token}` };
  const ask = <S extends v.GenericSchema>(path: string, schema: S, about: About, signal: AbortSignal) =>
    askJson({ ...parts, fetch }, headers, `${endpoint}/api/models/${path}`, schema, about, signal);

  async function list(repository: string, revision: string, signal: AbortSignal): Promise<HubListing> {
    const about = { repository, revision };
    const at = `${repository}/revision/${encodeURIComponent(revision)}`;
    const commit = (await ask(at, commitSchema, about, signal)).answer.sha;
    const files: HubFile[] = [];
    let next: string | null = `${repository}/tree/${commit}?recursive=true`;
    for (let page = 0; next !== null; page++) {
      if (page === MAX_PAGES) throw badAnswer(endpoint, "its listing has no end");
      const { answer, nextPath }: Asked<v.InferOutput<typeof treeSchema>> = await ask(
        next,
        treeSchema,
        about,
        signal,
      );
      files.push(...answer.flatMap(toHubFile));
      next = nextPath;
    }
    return { repository, revision, commit, files };
  }

  return {
    endpoint,
    async revisions(repository, signal) {
      const about = { repository, revision: null };
      const { branches, tags } = (await ask(`${repository}/refs`, refsSchema, about, signal)).answer;
      return [...branches, ...tags].map(({ name }) => name);
    },
    async open(repository, revision, signal) {
      const known = (await cache?.listing(repository, revision)) ?? null;
      let listing: HubListing;
      try {
        // A commit never changes, so that what is known of it needs no asking.
        listing = known?.commit === revision ? known : await list(repository, revision, signal);
      } catch (thrown) {
        const unreachable = thrown instanceof AppError && thrown.fields.unreachable === true;
        if (known === null || !unreachable) throw thrown;
        listing = known;
      }
      await cache?.remember(listing);
      return openListing({ ...parts, fetch }, headers, listing);
    },
  };
}

type About = { readonly repository: string; readonly revision: string | null };
type Asked<T> = { readonly answer: T; readonly nextPath: string | null };

/** The files of a listing, kept ones and others. */
function openListing(
  parts: HubParts,
  headers: Readonly<Record<string, string>>,
  listing: HubListing,
): HubFiles {
  const { repository, revision, commit } = listing;
  const { cache } = parts;
  const byPath = new Map(listing.files.map((file) => [file.path, file]));
  const sources = new Map<string, HubFileSource>();
  const sourceOf = async (file: HubFile): Promise<HubFileSource> => {
    const found = sources.get(file.path);
    if (found !== undefined) return found;
    const name = `${repository}@${revision}/${file.path}`;
    const path = file.path.split("/").map(encodeURIComponent).join("/");
    const url = `${parts.endpoint}/${repository}/resolve/${commit}/${path}`;
    const source = createHubFile({ ...parts, headers, url, name }, file);
    sources.set(file.path, source);
    source.adopt((await cache?.open(listing, file, name)) ?? null);
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
  if (!SHA256.test(key) && !GIT_ID.test(key)) return [];
  return [{ path, byteLength: lfs?.size ?? entry.size, key, sha256: SHA256.test(key) ? key : null }];
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
  if (!response.ok) throw await hubRefusal(url, response, about, token !== null);
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
  return { answer: parsed.output, nextPath: nextPage(response, endpoint) };
}

/** The next page of a listing, which must be this hub's own. */
function nextPage(response: Response, endpoint: string): string | null {
  const link = /<([^>]+)>\s*;\s*rel="next"/.exec(response.headers.get("Link") ?? "")?.[1];
  const base = `${endpoint}/api/models/`;
  return link?.startsWith(base) === true ? link.slice(base.length) : null;
}

async function hubRefusal(
  url: string,
  response: Response,
  about: About,
  hasToken: boolean,
): Promise<AppError> {
  const { repository, revision } = about;
  const code = response.headers.get("X-Error-Code");
  const { status } = response;
  const fields = { repository, revision, status };
  const what = nameOf(about);
  if (code === "RevisionNotFound" || (status === 404 && revision !== null && code !== "RepoNotFound")) {
    await response.body?.cancel();
    return new AppError("not-found", `${repository} has no revision ${revision}.`, {
      advice: "Look up its revisions and choose one of them.",
      fields,
    });
  }
  if (code === "GatedRepo" || status === 403 || (status === 401 && code !== "RepoNotFound")) {
    await response.body?.cancel();
    const advice = hasToken
      ? "The token given may not read it: ask for access on the repository's page, with the same account."
      : "Ask for access on the repository's page and give a token of that account.";
    return new AppError("read-failed", `${what} is gated or private.`, { advice, fields });
  }
  if (status === 404 || code === "RepoNotFound") {
    await response.body?.cancel();
    return new AppError("not-found", `There is no repository ${repository} on this hub.`, {
      advice: hasToken ? "Check its name." : "Check its name; a private one needs a token.",
      fields,
    });
  }
  return refusal(url, response);
}

function nameOf({ repository, revision }: About): string {
  return revision === null ? repository : `${repository}@${revision}`;
}

function unreachable(endpoint: string, thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.tag !== "read-failed") return thrown;
  return new AppError("read-failed", `The hub at ${endpoint} could not be reached.`, {
    advice: "Check the connection and the hub's address.",
    fields: { endpoint, unreachable: true },
    cause: thrown,
  });
}

function offline(what: string): AppError {
  return new AppError("read-failed", `${what} is not kept on this machine, and the hub may not be asked.`, {
    advice: "Unset HF_HUB_OFFLINE, or choose a checkpoint that was fetched before.",
    fields: { what, unreachable: true },
  });
}

function badAnswer(endpoint: string, why: string, cause?: unknown): AppError {
  return new AppError("bad-format", `${endpoint} does not answer as a hub: ${why}.`, {
    advice: "Check the hub's address; a company network's own login page may stand in the way.",
    fields: { endpoint },
    ...(cause === undefined ? {} : { cause }),
  });
}
