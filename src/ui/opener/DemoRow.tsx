/** What is explored now, and the way back to the demo. */
import { isDemo } from "../../store/run.ts";
import { useActions, useApp } from "../useApp.ts";

/** The present run in a line. */
export function DemoRow() {
  const info = useApp(({ run }) => run.info);
  const { openDemo, showOpener } = useActions();
  const back = (): void => {
    showOpener(false);
    void openDemo();
  };
  return (
    <section className="demo-row" aria-label="Shown now">
      {info === null ? (
        <p className="quiet">No run is open.</p>
      ) : (
        <p>
          <b>{info.title}</b>{" "}
          <span className="quiet">
            is shown: {info.checkpoints.length} checkpoints of {info.parameters.toLocaleString("en")}{" "}
            parameters. {info.description}
          </span>
        </p>
      )}
      {info !== null && isDemo(info) ? null : (
        <button type="button" className="button" onClick={back}>
          back to the demo
        </button>
      )}
    </section>
  );
}
