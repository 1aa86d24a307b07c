/** Names of checkpoints on the hub, `hf:OWNER/REPO@REVISION`, and the training step a name tells. Pure. */
import { AppError } from "../base/errors.ts";

/** A repository and one of its revisions: a branch, a tag or a commit. */
export type HubName = { readonly repository: string; readonly revision: string };

/** `OWNER/NAME`, or `NAME` alone as the oldest models have it. */
const REPOSITORY = /^(?:[\w-][\w.-]{0,95}\/)?[\w-][\w.-]{0,95}$/;
/** What git allows in a branch's name, less what would lead elsewhere in an address. */
const REVISION = /^[\w-][\w./-]{0,199}$/;

/** The prefix that tells a hub's checkpoint from a path. */
export const HUB_PREFIX = "hf:";

/** Whether this is the name of a repository. */
export function isRepository(text: string): boolean {
  return REPOSITORY.test(text) && !/\.\.|--/.test(text);
}

/** Whether this is a name that a revision can have. */
export function isRevision(text: string): boolean {
  return REVISION.test(text) && !text.includes("..") && !text.endsWith("/");
}

/** Reads `hf:OWNER/REPO@REVISION`; without a revision it is `main`. @throws AppError `usage`. */
export function parseHubName(name: string): HubName {
  const [repository = "", revision = "main", ...rest] = name.slice(HUB_PREFIX.length).split("@");
  const isName = name.startsWith(HUB_PREFIX) && rest.length === 0;
  if (isName && isRepository(repository) && isRevision(revision)) return { repository, revision };
  throw new AppError("usage", `${name} does not name a checkpoint of the hub.`, {
    advice: "Write hf:OWNER/REPO@REVISION, such as hf:EleutherAI/pythia-70m@step1000.",
    fields: { checkpoint: name },
  });
}

/** The name that `parseHubName` reads. */
export function hubName({ repository, revision }: HubName): string {
  return `${HUB_PREFIX}${repository}@${revision}`;
}

/**
 * The training step that a revision, folder or file is named after: `step3000`, `checkpoint-500`, `global_step500`,
 * `iter_0005000`, or `step3000-tokens6B`; `null` where the last part of the name tells none.
 */
export function stepOfName(name: string): number | null {
  const last = name.split(/[/\\@]/).findLast((part) => part !== "") ?? "";
  const match = /(?:^|[^a-z])(?:global_)?(?:step|checkpoint|ckpt|iter)[-_]?(\d{1,12})(?!\d)/i.exec(last);
  return match === null ? null : Number(match[1]);
}
