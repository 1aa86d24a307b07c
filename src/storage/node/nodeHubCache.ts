/**
 * The hub's cache folder in the layout of the hub's own client, so that what one of the two fetched the other finds:
 * `models--OWNER--NAME/` with `blobs/KEY`, `snapshots/COMMIT/PATH` as links to blobs, and `refs/REVISION` holding a commit.
 * What is only ours lies in `.mergescope/`: partly written files, their journals, and listings. Node only.
 */
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { AppError } from "../../base/errors.ts";
import type { ByteSource } from "../byteSource.ts";
import type { HubFile, HubListing, KeptFile, KeptFiles } from "../hub/hubFiles.ts";
import { parseJournal } from "../hub/journal.ts";
import { COMMIT, checkedKey, KEY, parseFiles, SAFE_PATH } from "../hub/keptListing.ts";
import { openNodeFile } from "./nodeFile.ts";
import { beginPartial, onDisk, partialPaths } from "./nodePartialFile.ts";

const OURS = ".mergescope";

/** The cache in this folder, which is made when something is first kept. */
export function createNodeHubCache(folder: string): KeptFiles {
  const held = new Map<string, number>();
  const places = (repository: string) => placesOf(folder, repository);
  return {
    async open(listing, file, name) {
      const blob = join(places(listing.repository).blobs, checkedKey(file));
      const source = await openNodeFile(blob);
      if (source === null || source.byteLength !== file.byteLength) return null;
      return named(source, name, file);
    },
    async partial(listing, file) {
      const { journal } = partialPaths(places(listing.repository).ours, file);
      const text = await readFile(journal, "utf8").catch(() => "");
      return parseJournal(text, file.byteLength);
    },
    begin: (listing, file, signal) => beginPartial(places(listing.repository), file, signal),
    async listing(repository, revision) {
      const { refs, seen } = places(repository);
      const commit = COMMIT.test(revision)
        ? revision
        : ((await readCommit(refs, revision)) ?? (await readCommit(seen, revision)));
      if (commit === null) return null;
      return readListing(places(repository), repository, revision, commit);
    },
    async remember(listing) {
      const { ours, seen, refs, blobs, snapshots } = places(listing.repository);
      const { revision, commit } = listing;
      if (!SAFE_PATH.test(revision))
        throw new AppError("usage", `A revision called ${revision} cannot be kept.`, {
          fields: { revision },
        });
      // The hub's client calls a repository without this folder corrupt.
      await onDisk(snapshots, () => mkdir(snapshots, { recursive: true }));
      await writeWhole(ours, join(ours, "listings", `${commit}.json`), JSON.stringify(listing.files));
      let isKept = false;
      for (const file of listing.files) {
        const blob = join(blobs, checkedKey(file));
        if (!(await exists(blob))) continue;
        await link(blob, join(snapshots, commit, file.path));
        isKept = true;
      }
      // And a revision whose commit has no files it calls missing: one that was only looked into stays ours.
      if (!COMMIT.test(revision)) await writeWhole(ours, join(isKept ? refs : seen, revision), commit);
    },
    async stored() {
      const files = await listStored(folder);
      const usedBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
      return { files, usedBytes, quotaBytes: null, persistent: true, place: folder };
    },
    async remove(keys) {
      const inUse = keys.find((key) => (held.get(key) ?? 0) > 0);
      if (inUse !== undefined)
        throw new AppError("usage", `The file ${inUse.slice(0, 12)}… is in use by a running study.`, {
          advice: "Stop the study first.",
          fields: { key: inUse },
        });
      for (const repository of await repositoriesOf(folder))
        await removeFrom(placesOf(folder, repository), keys);
    },
    async hold(keys) {
      for (const key of keys) held.set(key, (held.get(key) ?? 0) + 1);
      return () => {
        for (const key of keys) held.set(key, (held.get(key) ?? 1) - 1);
      };
    },
  };
}

type Places = ReturnType<typeof placesOf>;

function placesOf(folder: string, repository: string) {
  const root = join(folder, `models--${repository.replaceAll("/", "--")}`);
  return {
    root,
    blobs: join(root, "blobs"),
    snapshots: join(root, "snapshots"),
    refs: join(root, "refs"),
    ours: join(root, OURS),
    /** Commits of revisions that were looked into. */
    seen: join(root, OURS, "refs"),
  };
}

function named(source: ByteSource, name: string, file: HubFile): ByteSource {
  return { ...source, name, ...(file.sha256 === null ? {} : { sha256: file.sha256 }) };
}

/** What we know of a commit, else what the hub's own client left of it: the files of its snapshot. */
async function readListing(
  { ours, snapshots }: Places,
  repository: string,
  revision: string,
  commit: string,
): Promise<HubListing | null> {
  const own = await readFile(join(ours, "listings", `${commit}.json`), "utf8").catch(() => null);
  const files = own === null ? await listSnapshot(join(snapshots, commit)) : parseOwn(own);
  return files === null || files.length === 0 ? null : { repository, revision, commit, files };
}

function parseOwn(text: string): readonly HubFile[] | null {
  try {
    return parseFiles(JSON.parse(text));
  } catch {
    return null;
  }
}

async function listSnapshot(folder: string): Promise<readonly HubFile[] | null> {
  const paths = await readdir(folder, { recursive: true }).catch(() => null);
  if (paths === null) return null;
  const files: HubFile[] = [];
  for (const path of paths) {
    const target = await readlink(join(folder, path)).catch(() => null);
    const entry = target === null ? null : await stat(join(folder, path)).catch(() => null);
    const key = target === null ? "" : basename(target);
    if (entry?.isFile() && KEY.test(key))
      files.push({
        path: path.replaceAll("\\", "/"),
        byteLength: entry.size,
        key,
        sha256: key.length === 64 ? key : null,
      });
  }
  return files;
}

async function readCommit(refs: string, revision: string): Promise<string | null> {
  if (!SAFE_PATH.test(revision)) return null;
  const text = await readFile(join(refs, revision), "utf8").catch(() => "");
  return COMMIT.test(text.trim()) ? text.trim() : null;
}

/** A link from a snapshot to a blob, relative as the hub's client makes them. */
async function link(blob: string, path: string): Promise<void> {
  if (await exists(path)) return;
  await onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    // What is there and leads nowhere is left of a blob that was removed.
    await rm(path, { force: true });
    await symlink(relative(dirname(path), blob), path);
  });
}

async function listStored(folder: string): Promise<readonly KeptFile[]> {
  const stored: KeptFile[] = [];
  for (const repository of await repositoriesOf(folder)) {
    const { blobs, ours, snapshots } = placesOf(folder, repository);
    const names = await namesByKey(repository, snapshots);
    for (const key of await keysIn(blobs))
      stored.push({
        key,
        bytes: (await stat(join(blobs, key))).size,
        names: names.get(key) ?? [repository],
        whole: true,
      });
    for (const key of await keysIn(join(ours, "parts"))) {
      const { size } = await stat(join(ours, "parts", key));
      stored.push({ key, bytes: size, names: [repository], whole: false });
    }
  }
  return stored;
}

async function namesByKey(repository: string, snapshots: string): Promise<ReadonlyMap<string, string[]>> {
  const names = new Map<string, string[]>();
  for (const commit of await readdir(snapshots).catch(() => []))
    for (const { key, path } of (await listSnapshot(join(snapshots, commit))) ?? [])
      names.set(key, [...(names.get(key) ?? []), `${repository}@${commit.slice(0, 7)} ${path}`]);
  return names;
}

async function removeFrom({ blobs, ours, snapshots }: Places, keys: readonly string[]): Promise<void> {
  for (const key of keys.filter((one) => KEY.test(one))) {
    await rm(join(blobs, key), { force: true });
    for (const suffix of ["", ".extents"]) await rm(join(ours, "parts", key + suffix), { force: true });
  }
  for (const path of await readdir(snapshots, { recursive: true }).catch(() => [])) {
    const target = await readlink(join(snapshots, path)).catch(() => null);
    if (target !== null && keys.includes(basename(target))) await rm(join(snapshots, path), { force: true });
  }
}

async function repositoriesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith("models--"))
    .map((name) => name.slice(8).replaceAll("--", "/"));
}

async function keysIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => KEY.test(name));
}

/** A small file that is never seen half-written, whoever looks into its folder. */
async function writeWhole(ours: string, path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => null)) === text) return;
  await onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    const partial = join(ours, `${crypto.randomUUID()}.partial`);
    await writeFile(partial, text);
    await rename(partial, path);
  });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    (entry) =>
      entry.isSymbolicLink()
        ? stat(path).then(
            () => true,
            () => false,
          )
        : true,
    () => false,
  );
}
