/** One row of a task in words, with who gave which answer and which one is right. */
import type { ItemResult } from "../../domain/evaluation.ts";
import type { TaskRow } from "../../domain/task.ts";

/** The row, the better parent's result on it, the merge's result on it. */
export function ItemWords(props: {
  readonly row: TaskRow;
  readonly parent: ItemResult;
  readonly merge: ItemResult;
}) {
  const { row, parent, merge } = props;
  const answer = (text: string, k: number, gold: number) => (
    <Answer key={text} text={text} gold={k === gold} parent={chose(parent, k)} merge={chose(merge, k)} />
  );
  switch (row.kind) {
    case "multiple-choice":
      return (
        <>
          <p>{row.context}</p>
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
        <p>
          {row.context} <b>{row.target}</b>
        </p>
      );
    case "text":
      return <p>{row.text}</p>;
    case "generation":
      return (
        <>
          <p>{row.question}</p>
          <p className="answers">
            <Answer text={row.answer} gold parent={false} merge={false} />
            <Answer text={generated(parent)} gold={false} parent merge={false} />
            <Answer text={generated(merge)} gold={false} parent={false} merge />
          </p>
        </>
      );
    default:
      return row satisfies never;
  }
}

function chose(result: ItemResult, k: number): boolean {
  return result.kind === "choice" && result.chosen === k;
}

function generated(result: ItemResult): string {
  return result.kind === "generation" ? result.generated : "";
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
