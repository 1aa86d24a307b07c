/** The same merge as a configuration that mergekit runs. Pure. */
import { stringify } from "yaml";
import type { ExportRequest } from "../domain/export.ts";
import { HUB_PREFIX, parseHubName } from "../domain/hubName.ts";

/** The text of `mergekit.yml`; a checkpoint of the hub is written as mergekit reads it, `OWNER/REPO@REVISION`. */
export function encodeMergekitConfig({
  recipe,
  dtype,
  arithmetic,
}: Pick<ExportRequest, "recipe" | "dtype" | "arithmetic">): string {
  const models = recipe.parents.map((name, i) => ({
    model: modelName(name),
    parameters: { weight: recipe.coefficients[i] ?? 0 },
  }));
  // Without a working format mergekit takes that of the files, and divides by the sum of the weights.
  const working =
    arithmetic === "fp32"
      ? { parameters: { normalize: false }, dtype: "float32" }
      : { parameters: { normalize: true } };
  return stringify({ merge_method: "linear", models, ...working, out_dtype: dtype });
}

function modelName(name: string): string {
  if (!name.startsWith(HUB_PREFIX)) return name;
  const { repository, revision } = parseHubName(name);
  return `${repository}@${revision}`;
}
