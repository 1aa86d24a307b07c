/** The X-ray's table: one row a checkpoint, the sums below. */
import type { CheckpointReport, Inspection } from "../../domain/checkpoint.ts";
import { formatBytes, formatParameters, placelessName, shortName } from "../../plots/format.ts";
import { skippedMeaning } from "../../plots/openWords.ts";
import { Term } from "../components/Term.tsx";

/** The table. */
export function CheckpointTable({ inspection }: { readonly inspection: Inspection }) {
  const { checkpoints } = inspection;
  const sum = (of: (checkpoint: CheckpointReport) => number): string =>
    formatBytes(checkpoints.reduce((total, checkpoint) => total + of(checkpoint), 0));
  return (
    <div className="scroll xray-table">
      <table className="number xray">
        <thead>
          <tr>
            <th scope="col" className="start">
              checkpoint
            </th>
            <th scope="col">step</th>
            <th scope="col" className="start">
              architecture
            </th>
            <th scope="col">parameters</th>
            <th scope="col">dtype</th>
            <th scope="col">size</th>
            <th scope="col">skipped</th>
            <th scope="col">to fetch</th>
          </tr>
        </thead>
        <tbody>
          {checkpoints.map((checkpoint, i) => (
            <Row key={checkpoint.name} checkpoint={checkpoint} comesWith={twinToFetch(inspection, i)} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className="start">
              {checkpoints.length} checkpoints
            </th>
            <td colSpan={4} />
            <td>{sum(({ bytes }) => bytes)}</td>
            <td>{sum(({ skippedBytes }) => skippedBytes)}</td>
            <td>{sum(({ bytesToFetch }) => bytesToFetch)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** The checkpoint before this one that holds the same weights and is still to be fetched: they come once. */
function twinToFetch({ checkpoints, identical }: Inspection, index: number): CheckpointReport | null {
  const twins = identical.flatMap(([i, j]) => (j === index ? [checkpoints[i]] : []));
  return twins.find((twin) => twin !== undefined && twin.bytesToFetch > 0) ?? null;
}

function Row(props: { readonly checkpoint: CheckpointReport; readonly comesWith: CheckpointReport | null }) {
  const { checkpoint, comesWith } = props;
  const here = comesWith === null ? "here" : `with ${shortName(comesWith.name)}`;
  const { name, commit, step, architecture, parameters, dtype, bytes, bytesToFetch, skipped, skippedBytes } =
    checkpoint;
  return (
    <tr>
      <th
        scope="row"
        className="start"
        title={`${placelessName(name)}${commit === null ? "" : `, commit ${commit}`}`}
      >
        <span className="words">{shortName(name)}</span>
      </th>
      <td>{step ?? "–"}</td>
      <td className="start">{architecture}</td>
      <td>{formatParameters(parameters)}</td>
      <td>{dtype}</td>
      <td>{formatBytes(bytes)}</td>
      <td>
        {skipped.length === 0 ? (
          "–"
        ) : (
          <Term meaning={skippedMeaning(checkpoint)}>{formatBytes(skippedBytes)}</Term>
        )}
      </td>
      <td>{bytesToFetch === 0 ? here : formatBytes(bytesToFetch)}</td>
    </tr>
  );
}
