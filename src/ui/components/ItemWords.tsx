/** One row of a task in words, with who gave which answer and which one is right. */
import type { ItemResult } from "../../domain/evaluation.ts";
import type { TaskRow } from "../../domain/task.ts";

/** The row, the better parent's result on it, the merge's result on it, where there are such. */
export function ItemWords(props: {
  readonly row: TaskRow;
  readonly parent?: ItemResult;
  readonly merge?: ItemResult;
}) {
  const { row, parent = null, merge = null } = props;
  const answer = (text: string, k: number, gold: number) => (
    <Answer key={text} text={text} gold={k === gold} parent={chose(parent, k)} merge={chose(merge, k)} />
  );
  switch (row.kind) {
    case "multiple-choice":
      return (
        <>
          <Prompt text={row.context} />
          <p className="answers">{row.choices.map((choice, k) => answer(choice, k, row.gold))}</p>
        </>
      );
    case "partial":
      return (
        <>
          <p className="answers">{row.contexts.map((context, k) => answer(context, k, row.gold))}</p>
          <p>… {row.continuation}</p>
        </>
      );
    case "target":
      return (
        <>
          <Prompt text={row.context} />
          <p>
            <b>{row.target}</b>
          </p>
        </>
      );
    case "text":
      return <p>{row.text}</p>;
    case "generation":
      return (
        <>
          <Prompt text={row.question} />
          <p className="answers">
            <Answer text={row.answer} gold parent={false} merge={false} />
            {parent === null ? null : (
              <Answer text={generated(parent)} gold={isRight(parent)} parent merge={false} />
            )}
            {merge === null ? null : (
              <Answer text={generated(merge)} gold={isRight(merge)} parent={false} merge />
            )}
          </p>
        </>
      );
    default:
      return row satisfies never;
  }
}

function chose(result: ItemResult | null, k: number): boolean {
  return result?.kind === "choice" && result.chosen === k;
}

function generated(result: ItemResult): string {
  return result.kind === "generation" ? result.generated : "";
}

function isRight(result: ItemResult): boolean {
  return result.kind === "generation" && result.answers[0]?.correct === true;
}

/** What is read of a prompt at a glance: worked examples before the question fill pages. */
const GLANCE = 600;

function Prompt({ text }: { readonly text: string }) {
  if (text.length <= GLANCE * 1.25) return <p>{text}</p>;
  return (
    <>
      <details className="item-prompt">
        <summary>the whole prompt, {text.length.toLocaleString("en")} characters</summary>
        <p>{text}</p>
      </details>
      <p>… {text.slice(-GLANCE)}</p>
    </>
  );
}

function Answer(props: {
  readonly text: string;
  readonly gold: boolean;
  readonly parent: boolean;
  readonly merge: boolean;
}) {
  const marks = [props.gold ? "right" : "", props.parent ? "parent" : "", props.merge ? "merge" : ""];
  const said = marks.filter((mark) => mark !== "").join(", ");
  return (
    <span className={props.gold ? "answer gold" : "answer"}>
      {props.text}
      {said === "" ? null : <small>{said}</small>}
    </span>
  );
}
