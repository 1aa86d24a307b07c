/** Copies a text and says so in its own place. */
import { Check, Copy, type LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";

const SAID = { copied: "copied", refused: "the browser refused" } as const;

/** `text` is made when it is asked for. */
export function CopyButton(props: {
  readonly label: string;
  readonly text: () => string;
  readonly icon?: LucideIcon;
}) {
  const [outcome, setOutcome] = useState<keyof typeof SAID | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), 1800);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    navigator.clipboard.writeText(props.text()).then(
      () => setOutcome("copied"),
      () => setOutcome("refused"),
    );
  };
  const Icon = outcome === "copied" ? Check : (props.icon ?? Copy);
  return (
    <button type="button" className="button" onClick={copy}>
      <Icon size={13} aria-hidden="true" />
      <span aria-live="polite">{outcome === null ? props.label : SAID[outcome]}</span>
    </button>
  );
}
