/** Which mirror is asked, and as whom. The token lives in the engine's memory, and nowhere else. */
import { type FormEvent, type Ref, useState } from "react";
import { useActions, useApp } from "../useApp.ts";

/** Two fields that open in place. */
export function HubSettings({ ref }: { readonly ref: Ref<HTMLDetailsElement> }) {
  const { endpoint, hasToken } = useApp(({ hub }) => hub);
  const { useHub: setHub } = useActions();
  const [address, setAddress] = useState(endpoint ?? "");
  const [token, setToken] = useState("");
  const words = [endpoint === null ? null : `mirror ${endpoint}`, hasToken ? "with a token" : null];
  const said = words.filter((word) => word !== null).join(", ");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = address.trim().replace(/\/+$/, "");
    void setHub(wanted === "" ? null : wanted, token.trim() === "" ? null : token.trim()).then(
      (isTaken) => isTaken && setToken(""),
    );
  };
  return (
    <details className="hub-settings" ref={ref}>
      <summary className="quiet">mirror and token{said === "" ? "" : `: ${said}`}</summary>
      <form className="fields" onSubmit={submit}>
        <label className="field">
          <span className="quiet">mirror</span>
          <input
            type="url"
            value={address}
            placeholder="https://huggingface.co"
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setAddress(event.target.value)}
          />
        </label>
        <label className="field">
          <span className="quiet">token</span>
          <input
            type="password"
            value={token}
            placeholder={hasToken ? "a token is set; empty forgets it" : "only for gated repositories"}
            autoComplete="off"
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <p className="quiet small">
          The token is sent to this address alone and kept in memory until the page is closed: never on disk,
          never in a link.
        </p>
        <button type="submit" className="button">
          use
        </button>
      </form>
    </details>
  );
}
