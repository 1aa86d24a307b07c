/** What a hub's refusals and wrong answers mean, in words. Runs everywhere. */
import { AppError } from "../../base/errors.ts";
import { refusal } from "../httpRequest.ts";

/** What was asked about; `null` where it was no revision. */
export type About = { readonly repository: string; readonly revision: string | null };

/** `OWNER/NAME@REVISION`, or the repository alone. */
export function nameOf({ repository, revision }: About): string {
  return revision === null ? repository : `${repository}@${revision}`;
}

/** The error of a listing that was refused, or of a hub that is not able to give it. */
export async function hubRefusal(
  endpoint: string,
  response: Response,
  about: About,
  hasToken: boolean,
): Promise<AppError> {
  const { repository, revision } = about;
  const code = response.headers.get("X-Error-Code");
  const { status } = response;
  const fields = { repository, revision, status };
  await response.body?.cancel();
  if (code === "RevisionNotFound" || (status === 404 && revision !== null && code !== "RepoNotFound")) {
    return new AppError("not-found", `${repository} has no revision ${revision}.`, {
      advice: "Look up its revisions and choose one of them.",
      fields,
    });
  }
  if (code === "GatedRepo" || status === 403 || (status === 401 && code !== "RepoNotFound"))
    return gated(nameOf(about), status, hasToken);
  if (status === 404 || code === "RepoNotFound") {
    return new AppError("not-found", `There is no repository ${repository} on this hub.`, {
      advice: hasToken ? "Check its name." : "Check its name; a private one needs a token.",
      fields,
    });
  }
  return new AppError("read-failed", `The hub at ${endpoint} answered ${status} for ${nameOf(about)}.`, {
    advice: "Try again later.",
    fields: { ...fields, unreachable: status === 429 || status >= 500 },
  });
}

/** The error of a file that was refused; where a repository is gated, its listing is shown and its files are not. */
export async function fileRefusal(
  url: string,
  response: Response,
  name: string,
  hasToken: boolean,
): Promise<AppError> {
  const { status, redirected } = response;
  // Where large files are nobody is asked for a token: a refusal there has other reasons.
  if (redirected || (status !== 401 && status !== 403)) return refusal(url, response);
  await response.body?.cancel();
  return gated(name, status, hasToken);
}

function gated(name: string, status: number, hasToken: boolean): AppError {
  return new AppError("read-failed", `${name} is gated or private.`, {
    advice: hasToken
      ? "The token given may not read it: ask for access on the repository's page, with the same account."
      : "Ask for access on the repository's page and give a token of that account.",
    fields: { name, status },
  });
}

/**
 * The hub gave no answer: `thrown` says why. Errors of another kind stay as they are. What is `unreachable` may be read from
 * what earlier visits kept.
 */
export function unreachable(endpoint: string, thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.tag !== "read-failed") return thrown;
  return new AppError("read-failed", `The hub at ${endpoint} could not be reached.`, {
    advice: "Check the connection and the hub's address.",
    fields: { endpoint, unreachable: true },
    cause: thrown,
  });
}

/** The hub may not be asked. */
export function offline(what: string): AppError {
  return new AppError("read-failed", `${what} is not kept on this machine, and the hub may not be asked.`, {
    advice: "Unset HF_HUB_OFFLINE, or choose a checkpoint that was fetched before.",
    fields: { what, unreachable: true },
  });
}

/** The hub's answer makes no sense. */
export function badAnswer(endpoint: string, why: string, cause?: unknown): AppError {
  return new AppError("bad-format", `${endpoint} does not answer as a hub: ${why}.`, {
    advice: "Check the hub's address; a company network's own login page may stand in the way.",
    fields: { endpoint },
    ...(cause === undefined ? {} : { cause }),
  });
}
