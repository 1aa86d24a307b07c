/** A formula typeset as MathML. The typesetter is fetched when the first formula is shown. */
import { useEffect, useRef } from "react";

/** Renders TeX; shows the TeX itself until the typesetter is there. */
export function Formula({ tex }: { readonly tex: string }) {
  const host = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let gone = false;
    void import("temml").then(({ default: temml }) => {
      if (!gone && host.current !== null) temml.render(tex, host.current, { displayMode: true });
    });
    return () => {
      gone = true;
    };
  }, [tex]);
  return (
    <span className="formula" ref={host}>
      {tex}
    </span>
  );
}
