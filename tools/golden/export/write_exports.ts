/** Writes the exports of src/engine/fixtures/exportCases.ts as folders: `npx tsx tools/golden/export/write_exports.ts FOLDER`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { EXPORT_CASES, exportFiles } from "../../../src/engine/fixtures/exportCases.ts";
import { createNodeFolder } from "../../../src/storage/node/nodeFolder.ts";

const [root = ""] = process.argv.slice(2);
mkdirSync(root, { recursive: true });
for (const [name, exported] of Object.entries(EXPORT_CASES)) {
  const folder = await createNodeFolder(join(root, name));
  for (const file of await exportFiles(exported)) await folder.write(file);
  await folder.finish();
}
