import { useEffect, useRef } from "react";
import type { DryRun } from "../../../generated";
import { exactTime, hhmm } from "../../../shared/time";
import { pieces, placed } from "./evidence";

const SPEAKERS = { customer: "Customer", ai: "AI", agent: "Agent" };

/** The conversation with every value's evidence marked, and that of the chosen one strengthened, numbered and brought into view. */
export function Transcript({ run, name, chosen, onChoose }: { run: DryRun; name: string | undefined; chosen: string; onChoose: (mapping: string) => void }) {
  const box = useRef<HTMLDivElement>(null);
  // A whole name does not fit beside each line.
  const first = name?.split(/\s+/)[0];
  const evidence = placed(run.values);
  useEffect(() => {
    box.current?.querySelector("mark.on")?.scrollIntoView({ block: "center" });
  }, [chosen, run]);
  return (
    <div ref={box} className="scroll grow trans" role="region" aria-label="Transcript" tabIndex={0}>
      {run.lines.length === 0 && <p className="t3 trans-none">Nobody has written anything in it.</p>}
      {run.lines.map((line) => (
        <div key={line.seq} className="tr">
          <span className="w"><bdi data-tip={line.from === "customer" ? name : undefined}>{line.from === "customer" && first ? first : SPEAKERS[line.from]}</bdi> <time dateTime={line.at} data-tip={exactTime(line.at)}>{hhmm(line.at)}</time></span>
          <p dir="auto">
            {pieces(line.text, line.seq, evidence, chosen).map((piece, i) => {
              const mark = piece.marks.find((one) => one.on) ?? piece.marks[0];
              if (!mark) return piece.text;
              return <mark key={i} className={mark.on ? "on" : undefined} onClick={() => onChoose(mark.mapping)}>{piece.text}{mark.n !== null && <sup>{mark.n}</sup>}</mark>;
            })}
          </p>
        </div>
      ))}
    </div>
  );
}
