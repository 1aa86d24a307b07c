/**
 * A run in the address: `run=hf:OWNER/REPO@REVISION,REVISION`, once for each repository. Whatever stands there is
 * hostile. A link never names a mirror, or it could point a token at a stranger's server. Pure.
 */
import type { RunInfo } from "../domain/checkpoint.ts";
import { HUB_PREFIX, hubName, isRepository, isRevision, parseHubName } from "../domain/hubName.ts";

/** What of the address names a run. */
export type RunLink =
  | { readonly kind: "none" }
  | { readonly kind: "hub"; readonly checkpoints: readonly string[] }
  | { readonly kind: "bad"; readonly text: string };

/** A link with more is no link that this page made. */
const MOST = 100;

/** Reads the run that a query asks for. */
export function parseRunLink(query: string): RunLink {
  const texts = new URLSearchParams(query).getAll("run");
  if (texts.length === 0) return { kind: "none" };
  const checkpoints = texts.flatMap(readOne);
  const isGood = checkpoints.length >= 2 && checkpoints.length <= MOST && !checkpoints.includes("");
  const isDistinct = new Set(checkpoints).size === checkpoints.length;
  return isGood && isDistinct ? { kind: "hub", checkpoints } : { kind: "bad", text: texts.join(" ") };
}

/** The checkpoints of one repository; an empty name for each that cannot be one. */
function readOne(text: string): readonly string[] {
  const [repository = "", list = "", ...rest] = text.slice(HUB_PREFIX.length).split("@");
  if (!text.startsWith(HUB_PREFIX) || !isRepository(repository) || rest.length > 0) return [""];
  return list
    .split(",", MOST + 1)
    .map((revision) => (isRevision(revision) ? hubName({ repository, revision }) : ""));
}

/** The values of `run` that bring these checkpoints back; none for the demo, `null` where no link can. */
export function formatRunLink(checkpoints: readonly string[]): readonly string[] | null {
  if (checkpoints.every((name) => name.startsWith("demo:"))) return [];
  if (!checkpoints.every((name) => name.startsWith(HUB_PREFIX))) return null;
  const byRepository = new Map<string, string[]>();
  for (const { repository, revision } of checkpoints.map(parseHubName)) {
    byRepository.set(repository, [...(byRepository.get(repository) ?? []), revision]);
  }
  return [...byRepository].map(
    ([repository, revisions]) => `${HUB_PREFIX}${repository}@${revisions.join(",")}`,
  );
}

/** Whether a link can bring this run back. */
export function isLinkable({ checkpoints }: RunInfo): boolean {
  return formatRunLink(checkpoints.map(({ name }) => name)) !== null;
}
