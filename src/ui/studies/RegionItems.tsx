/** The items of a region that was opened, readable. */
import { MOST_ITEMS } from "../../store/studies.ts";
import { ItemWords } from "../components/ItemWords.tsx";
import { useApp } from "../useApp.ts";

/** Nothing until a region is opened. */
export function RegionItems() {
  const items = useApp((state) => state.studies.items);
  if (items === null) return null;
  const { task, split, places, read } = items;
  return (
    <section className="region-items">
      <h3>
        {places.length} items of {task}, {split} half
        {places.length > MOST_ITEMS ? `, the first ${MOST_ITEMS}` : ""}
      </h3>
      {read === null ? (
        <p className="quiet">reading</p>
      ) : (
        <ol>
          {read.map((row, i) => (
            <li key={places[i]}>
              <ItemWords row={row} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
