import { useFormContext } from "react-hook-form";
import { useWeek } from "../../data/integrations";
import type { Week } from "../../generated";
import { Block } from "./Block";
import { useCrm } from "./crm";
import { Options } from "./Options";

const rough = (count: number) => (count < 20 ? count : Number(count.toPrecision(2))).toLocaleString("en");

/** How many cases a mode would have made of the last seven days; measured on the newest conversations of them. */
export function casesOf(week: Week, mode: "every" | "handoff"): string {
  if (week.began === 0 || week.looked_at === 0) return "No conversations yet, so nothing to measure.";
  const part = mode === "every" ? week.spoke : week.handed_off;
  const cases = Math.round((part / week.looked_at) * week.began);
  const exact = week.looked_at === week.began && cases < 20;
  return `Last 7 days: ${exact ? "" : "about "}${rough(cases)} ${cases === 1 ? "case" : "cases"} of ${week.began.toLocaleString("en")} conversations.`;
}

export function ModeStep() {
  const { register, watch } = useFormContext<{ mode: "every" | "handoff" }>();
  const week = useWeek().data;
  const { crm } = useCrm();
  const effect = (mode: "every" | "handoff") => (week ? ` ${casesOf(week, mode)}` : "");
  return (
    <Block id="when" title="When to open a case" lead="A switch counts for what is said from then on. Open cases are kept up to date in both.">
      <Options legend="When to open a case" value={watch("mode")} field={register("mode")} options={[
        { id: "every", name: "At the first message", means: `Every conversation has a case.${effect("every")}` },
        { id: "handoff", name: "At handoff only", means: `What the AI solves stays out of ${crm}.${effect("handoff")}` },
      ]} />
    </Block>
  );
}
