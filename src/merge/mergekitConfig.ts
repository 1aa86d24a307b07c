/** The same merge as a configuration that mergekit runs. Pure. */
import { stringify } from "yaml";
import { HUB_PREFIX, parseHubName } from "../domain/hubName.ts";
import type { Recipe } from "../domain/recipe.ts";
import type { Rounding } from "./ops.ts";

const HEADING =
  "# mergekit 0.1.4 makes the same weights of this. Where it does not know a name, put a folder.\n";

/** The text of `mergekit.yml`; a checkpoint of the hub is written as mergekit reads it, `OWNER/REPO@REVISION`. */
export function encodeMergekitConfig(
  { parents, coefficients }: Recipe,
  { dtype, arithmetic }: Rounding,
): string {
  const models = parents.map((name, i) => ({
    model: modelName(name),
    parameters: { weight: coefficients[i] ?? 0 },
  }));
  // `dtype` is what mergekit works in; its sum of the weights is rounded to that, and dividing by it is its default.
  const working =
    arithmetic === "fp32"
      ? { parameters: { normalize: false }, dtype: "float32", out_dtype: dtype }
      : { parameters: { normalize: true }, dtype };
  return HEADING + stringify({ merge_method: "linear", models, ...working });
}

function modelName(name: string): string {
  if (!name.startsWith(HUB_PREFIX)) return name;
  const { repository, revision } = parseHubName(name);
  return `${repository}@${revision}`;
}
