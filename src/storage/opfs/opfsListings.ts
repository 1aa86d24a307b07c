/** What earlier visits learned of revisions, in the browser's own storage, a file each. Browser worker only. */
import { sha256Hex } from "../../base/bytes.ts";
import type { HubFile, HubListing } from "../hub/hubFiles.ts";
import { COMMIT, parseFiles } from "../hub/keptListing.ts";
import { inStorage, replaceText, textIn } from "./opfsDirectory.ts";

/** The kept listings. */
export type OpfsListings = {
  read(repository: string, revision: string): Promise<HubListing | null>;
  write(listing: HubListing): Promise<void>;
  /** What the file of each key is called, in every revision known. */
  names(): Promise<ReadonlyMap<string, readonly string[]>>;
};

/** One page writes while none reads. */
const LOCK = "mergescope:listings";

/** The listings in this folder. */
export function createOpfsListings(folder: FileSystemDirectoryHandle, locks: LockManager): OpfsListings {
  const readAll = async (): Promise<readonly HubListing[]> => {
    const all: HubListing[] = [];
    for await (const name of folder.keys()) {
      const listing = parseListing(await textIn(folder, name));
      if (listing !== null) all.push(listing);
    }
    return all;
  };
  const reading = <T>(act: () => Promise<T>): Promise<T> => locks.request(LOCK, { mode: "shared" }, act);
  return {
    read: (repository, revision) =>
      reading(async () => {
        const listing = parseListing(await textIn(folder, await fileName(repository, revision)));
        if (listing?.repository === repository && listing.revision === revision) return listing;
        if (!COMMIT.test(revision)) return null;
        // A branch that was listed before may have stood for this commit.
        const known = (await readAll()).find(
          (one) => one.repository === repository && one.commit === revision,
        );
        return known === undefined ? null : { ...known, revision };
      }),
    write: (listing) =>
      locks.request(LOCK, async () => {
        const name = await fileName(listing.repository, listing.revision);
        const text = JSON.stringify(listing);
        if ((await textIn(folder, name)) === text) return;
        const what = `The listing of ${listing.repository}`;
        await inStorage(what, text.length, () => replaceText(folder, name, text));
      }),
    names: () =>
      reading(async () => {
        const names = new Map<string, string[]>();
        for (const { repository, revision, files } of await readAll())
          for (const { key, path } of files)
            names.set(key, [...(names.get(key) ?? []), `${repository}@${revision} ${path}`]);
        return names;
      }),
  };
}

/** A listing that a crash cut short is no JSON and counts as none. */
function parseListing(text: string): HubListing | null {
  try {
    const { repository, revision, commit, files } = JSON.parse(text) as Record<string, unknown>;
    const listed: readonly HubFile[] | null = parseFiles(files);
    if (typeof repository !== "string" || typeof revision !== "string" || listed === null) return null;
    return typeof commit === "string" && COMMIT.test(commit)
      ? { repository, revision, commit, files: listed }
      : null;
  } catch {
    return null;
  }
}

/** Names of repositories and revisions may hold what names of files may not. */
async function fileName(repository: string, revision: string): Promise<string> {
  return `${await sha256Hex(new TextEncoder().encode(`${repository}@${revision}`))}.json`;
}
