import { useState } from "react";
import type { TraceView } from "../../generated";
import { Icon } from "../../shared/Icon";
import { proofOf, type Step } from "./steps";

/** The questions people ask, answered first; each answer leads to the step that proves it. */
export function Answers({ view, steps, onSelect }: { view: TraceView; steps: Step[]; onSelect: (step: number) => void }) {
  const worst = Math.max(0, view.explanation.findIndex((one) => one.answers.some((answer) => !answer.good)));
  const linked = view.explanation.findIndex((one) => view.cases.some((kase) => kase.connection === one.connection));
  const [chosen, setChosen] = useState<number | null>(null);
  const at = chosen ?? (linked >= 0 ? linked : worst);
  const shown = view.explanation[at];
  if (!shown) return null;
  return (
    <>
      {view.explanation.length > 1 && (
        <div className="answers-of">
          <span className="seg" role="group" aria-label="Connection">
            {view.explanation.map((one, i) => <button key={one.connection} type="button" aria-pressed={i === at} onClick={() => setChosen(i)}>{one.connection}</button>)}
          </span>
        </div>
      )}
      <div className="ans" role="group" aria-label={`Answers, ${shown.connection}`} data-region>
        {shown.answers.map((answer) => {
          const proof = proofOf(answer.question, steps);
          return (
            <button key={answer.question} type="button" onClick={() => proof !== null && onSelect(proof)} data-tip={answer.proof || undefined}>
              <span className="q"><span className={answer.good ? "c-ok" : "c-act"}><Icon name={answer.good ? "check" : "parked"} small label={answer.good ? "fine" : "needs a look"} /></span>{answer.question}</span>
              <span className="a" dir="auto">{answer.sentence}</span>
              <span className="d">{answer.action ?? answer.proof}</span>
            </button>
          );
        })}
      </div>
    </>
  );
}
