import { useRef, type KeyboardEvent } from "react";
import type { Mapping } from "../../../generated";
import { Icon } from "../../../shared/Icon";
import { sentence } from "../../../shared/sentence";
import { OUTCOMES } from "../words";
import { filledIn } from "./evidence";
import type { DryRunState } from "./useDryRun";

type Props = { dry: DryRunState; mappings: Mapping[]; chosen: string; onChoose: (mapping: string) => void };

/** Several conversations side by side: a row for each field, with how many of them would fill it. */
export function ManyTable({ dry, mappings, chosen, onChoose }: Props) {
  const box = useRef<HTMLTableElement>(null);
  const { runs, names, shown, setShown } = dry;
  const rows = mappings.filter((one) => runs.some((run) => run.values.some((value) => value.mapping === one.id)));
  const here = rows.some((one) => one.id === chosen) ? chosen : (rows[0]?.id ?? "");
  const go = (row: number, column: number) => {
    const one = rows[row];
    if (!one || !runs[column]) return;
    onChoose(one.id);
    setShown(column);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-cell="${one.id} ${column}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows.findIndex((one) => one.id === here);
    const to = { ArrowUp: [at - 1, shown], ArrowDown: [at + 1, shown], ArrowLeft: [at, shown - 1], ArrowRight: [at, shown + 1], Home: [at, 0], End: [at, runs.length - 1] }[event.key];
    if (!to || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(to[0] ?? 0, to[1] ?? 0);
  };
  return (
    <div className="scroll res many" tabIndex={-1}>
      <table ref={box} role="grid" aria-label="What would be written, by conversation" onKeyDown={onKeyDown}>
        <thead>
          <tr><th scope="col">Field</th><th scope="col" className="num">Filled</th>{runs.map((run, i) => <th key={run.session} scope="col" aria-current={i === shown}><bdi className="ell block" data-tip={names[i]?.name}>{names[i]?.name ?? run.session}</bdi></th>)}</tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={one.id} aria-selected={one.id === here}>
              <th scope="row" className="m"><bdi className="ell block" data-tip={one.title}>{one.title}</bdi></th>
              <td className="num t2">{filledIn(runs, one.id)} of {runs.length}</td>
              {runs.map((run, i) => {
                const value = run.values.find((other) => other.mapping === one.id);
                const outcome = value && OUTCOMES[value.outcome];
                const on = one.id === here && i === shown;
                return (
                  <td key={run.session} className={on ? "on" : ""}>
                    <button type="button" data-cell={`${one.id} ${i}`} tabIndex={on ? 0 : -1} onClick={() => go(rows.indexOf(one), i)} aria-label={[names[i]?.name, one.title, value?.shown || "blank", outcome?.name].filter(Boolean).join(", ")} data-tip={[value?.shown, value?.note && sentence(value.note), outcome?.name].filter(Boolean).join("\n")}>
                      {outcome && <span className={outcome.tone ? `c-${outcome.tone}` : "t3"}><Icon name={outcome.icon} small /></span>}
                      <bdi className={value?.shown ? "ell" : "ell t3"}>{value?.shown || "blank"}</bdi>
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
