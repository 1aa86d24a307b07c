/** Words of the field with their one-line meaning on hover or focus, and their formula where they have one. */
import { Tooltip } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Formula } from "./Formula.tsx";

/** A word that explains itself; reachable by tab. */
export function Term({
  children,
  ...hint
}: {
  readonly meaning: string;
  readonly tex?: string;
  readonly children: ReactNode;
}) {
  return (
    <Hint {...hint}>
      <button type="button" className="term">
        {children}
      </button>
    </Hint>
  );
}

/** A hint for something that can be focused by itself. */
export function Hint(props: {
  readonly meaning: string;
  readonly tex?: string;
  readonly children: ReactElement;
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{props.children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint" sideOffset={6} collisionPadding={8}>
          {props.meaning}
          {props.tex === undefined ? null : <Formula tex={props.tex} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
