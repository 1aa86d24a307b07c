/** A small grid of cells: layers across, parts of the model down, darker where two checkpoints are further apart. */
import type { CSSProperties } from "react";
import type { Strip, StripCell } from "../../plots/layerStrip.ts";
import { Hint } from "./Term.tsx";

/** More columns are not all named: the labels would not stand apart. */
const MOST_NAMED = 14;

/** The grid under its sentence. Cells tell their finding on hover, and to a screen reader. */
export function LayerStrip({ strip }: { readonly strip: Strip }) {
  const { columns, rows, sentence } = strip;
  const every = Math.ceil(columns.length / MOST_NAMED);
  const isNamed = (k: number): boolean => k === 0 || k === columns.length - 1 || (k - 1) % every === 0;
  return (
    <>
      <p>{sentence}</p>
      <table className="layers">
        <caption className="unseen">Distance by layer and part</caption>
        <colgroup>
          <col className="layer-names" />
        </colgroup>
        <tbody>
          {rows.map(({ label, cells }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {cells.map((cell, k) => (
                <td key={columns[k]}>{cell === null ? null : <Cell cell={cell} />}</td>
              ))}
            </tr>
          ))}
          <tr>
            <td />
            {columns.map((column, k) => (
              <th key={column} scope="col" className="number">
                {isNamed(k) ? column : ""}
              </th>
            ))}
          </tr>
        </tbody>
      </table>
    </>
  );
}

function Cell({ cell: { share, description } }: { readonly cell: StripCell }) {
  const shade: CSSProperties & Record<"--share", string> = { "--share": `${100 * share}%` };
  return (
    <Hint meaning={description}>
      <i style={shade}>
        <span className="unseen">{description}</span>
      </i>
    </Hint>
  );
}
