/** The hub as the environment names it, read as the hub's own client reads it. Node only. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where the hub is, who asks, where its files are kept, and whether it may be asked at all. */
export type NodeHubSettings = {
  readonly endpoint: string;
  readonly token: string | null;
  readonly offline: boolean;
  readonly cacheFolder: string;
};

/** Variables of the hub's client: HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE, XDG_CACHE_HOME, HF_HUB_OFFLINE. */
export function hubSettingsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): NodeHubSettings {
  const home = env.HF_HOME ?? join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "huggingface");
  return {
    endpoint: (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, ""),
    token:
      clean(env.HF_TOKEN ?? env.HUGGING_FACE_HUB_TOKEN) ??
      readToken(env.HF_TOKEN_PATH ?? join(home, "token")),
    offline: isOn(env.HF_HUB_OFFLINE) || isOn(env.TRANSFORMERS_OFFLINE),
    cacheFolder: env.HF_HUB_CACHE ?? env.HUGGINGFACE_HUB_CACHE ?? join(home, "hub"),
  };
}

function readToken(path: string): string | null {
  try {
    return clean(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

function clean(token: string | undefined): string | null {
  const text = token?.replaceAll(/[\r\n]/g, "").trim() ?? "";
  return text === "" ? null : text;
}

/** The client takes 1, ON, YES and TRUE for yes, in any case. */
function isOn(value: string | undefined): boolean {
  return ["1", "ON", "YES", "TRUE"].includes((value ?? "").toUpperCase());
}
