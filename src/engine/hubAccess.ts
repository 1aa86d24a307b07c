/** The hub behind settings that a person may change while the engine runs. Runs everywhere; wiring only. */
import { AppError } from "../base/errors.ts";
import type { HubRepository } from "../domain/checkpoint.ts";
import { isRepository, stepOfName } from "../domain/hubName.ts";
import { type Dataset, openDataset } from "../storage/hub/dataset.ts";
import { createHub } from "../storage/hub/hub.ts";
import type { Hub, HubFiles, KeptFiles } from "../storage/hub/hubFiles.ts";
import type { Platform } from "./platform.ts";

/** What the engine does with the hub. */
export interface HubAccess {
  /** `null` takes the platform's own. @throws AppError `usage` for an address that is none. */
  use(
    endpoint: string | null,
    token: string | null,
  ): { readonly endpoint: string; readonly hasToken: boolean };
  open(repository: string, revision: string, signal: AbortSignal): Promise<HubFiles>;
  revisions(repository: string, signal: AbortSignal): Promise<HubRepository>;
  /** The parquet files of a data set. @throws AppError as `openDataset`. */
  dataset(repository: string, signal: AbortSignal): Promise<Dataset>;
  /** Where fetched files are kept; `null` where nothing is. */
  kept(): Promise<KeptFiles | null>;
}

/** The platform's hub until told otherwise. */
export function createHubAccess(platform: Platform): HubAccess {
  let settings = platform.hub;
  let hub: Promise<Hub> | null = null;
  let keeping: Promise<KeptFiles | null> | null = null;
  const kept = (): Promise<KeptFiles | null> => {
    keeping ??= platform.openKept();
    return keeping;
  };
  const current = (): Promise<Hub> => {
    const { endpoint, token, offline } = settings;
    hub ??= kept().then((cache) => createHub({ ...platform, endpoint, token, offline, cache }));
    return hub;
  };
  return {
    kept,
    use(endpoint, token) {
      const address = endpoint === null ? platform.hub.endpoint : parseEndpoint(endpoint);
      settings = { ...platform.hub, endpoint: address, token: token ?? platform.hub.token };
      // The machine's own token is for the machine's own hub.
      if (address !== platform.hub.endpoint && token === null) settings = { ...settings, token: null };
      hub = null;
      return { endpoint: settings.endpoint, hasToken: settings.token !== null };
    },
    dataset: (repository, signal) => openDataset({ ...platform, ...settings }, repository, signal),
    open: async (repository, revision, signal) => (await current()).open(repository, revision, signal),
    async revisions(repository, signal) {
      if (!isRepository(repository))
        throw new AppError("usage", `"${repository}" is not the name of a repository.`, {
          advice: "Write OWNER/NAME, such as EleutherAI/pythia-70m.",
          fields: { repository },
        });
      const names = await (await current()).revisions(repository, signal);
      return { repository, revisions: sortRevisions(names) };
    },
  };
}

/** @throws AppError `usage`. */
function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHub = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "";
  if (isHub && url.hash === "") return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
  throw new AppError("usage", `"${text}" is not the address of a hub.`, {
    advice: "Write it with its scheme and without a query, such as https://huggingface.co.",
    fields: { endpoint: text },
  });
}

/** Training steps first and in order, then the rest by name, `main` before all of those. */
function sortRevisions(names: readonly string[]): HubRepository["revisions"] {
  return [...new Set(names)]
    .map((name) => ({ name, step: stepOfName(name) }))
    .sort(
      (a, b) =>
        (a.step ?? Number.POSITIVE_INFINITY) - (b.step ?? Number.POSITIVE_INFINITY) ||
        Number(b.name === "main") - Number(a.name === "main") ||
        a.name.localeCompare(b.name, "en"),
    );
}
