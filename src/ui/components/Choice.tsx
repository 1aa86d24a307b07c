/** A list to choose from: the browser's own, which every keyboard and screen reader knows. */
import { ChevronDown } from "lucide-react";
import type { Ref } from "react";

/** One entry. */
export type Option<T extends string> = { readonly value: T; readonly label: string };

/** A labelled list; the label stands before it. */
export function Choice<T extends string>(props: {
  readonly label: string;
  readonly value: T | null;
  readonly options: readonly Option<T>[];
  readonly onPick: (value: T) => void;
  readonly hideLabel?: boolean;
  readonly ref?: Ref<HTMLSelectElement>;
}) {
  const { label, value, options, onPick } = props;
  return (
    <label className="choice">
      <span className={props.hideLabel === true ? "unseen" : "quiet"}>{label}</span>
      <span className="select">
        <select
          ref={props.ref}
          value={value ?? ""}
          disabled={options.length === 0}
          onChange={(event) => {
            const picked = options.find((option) => option.value === event.target.value);
            if (picked !== undefined) onPick(picked.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown size={13} aria-hidden="true" />
      </span>
    </label>
  );
}
