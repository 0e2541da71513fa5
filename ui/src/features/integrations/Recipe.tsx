import { useState } from "react";
import { useWebhook } from "../../data/engine";
import { useChoices } from "../../data/integrations";
import type { WebhookView } from "../../generated";
import { Button } from "../../shared/Button";
import { useNow } from "../../shared/clock";
import { Icon } from "../../shared/Icon";
import { copyText } from "../../shared/insecure";
import { Span } from "../../shared/Span";
import { hhmmss, shortTime, span } from "../../shared/time";
import { Block } from "./Block";
import { STOCK_CATEGORY } from "./form";
import { ADDRESS, recipes, type Element, type Recipe as Recipes, type Value } from "./recipes";
import { useRevealed } from "./Webhook";

/** Both business processes as a page to work by, with this installation's values, and whether the first call came. */
export function Recipe({ name, category, admin }: { name: string; category: string; admin: boolean }) {
  const [shown, setShown] = useState<Recipes["id"]>("replies");
  const hook = useWebhook(name).data;
  const categories = useChoices(name, "activity_category", "", admin).data;
  const revealed = useRevealed(name);
  const own = categories?.find((one) => one.id === (category || STOCK_CATEGORY))?.name ?? (category === "" || category === STOCK_CATEGORY ? "To do" : "the category of our activities");
  const all = recipes(own);
  const one = all.find((recipe) => recipe.id === shown);
  if (!one || !hook) return null;
  return (
    <Block
      id="recipe" title="Business processes in Creatio" lead="Creatio has no webhooks of its own: two processes make the calls. Creatio can lose calls and repeat them; polling finds what was lost, and nothing is taken twice."
      end={<><div className="seg" role="group" aria-label="Which process">{all.map(({ id, name: what }) => <button key={id} type="button" aria-pressed={id === shown} onClick={() => setShown(id)}>{what}</button>)}</div><Button icon="file" onClick={() => print()}>Print</Button></>}
    >
      <Waiting hook={hook} events={one.events} what={one.id === "replies" ? "Save the process, then add a reply to any case." : "Save the process, then resolve any case."} works="The process works." />
      <Elements elements={one.elements} address={hook.masked} admin={admin} revealed={revealed} />
    </Block>
  );
}

type ElementsProps = { elements: Element[]; address?: string; admin: boolean; revealed?: ReturnType<typeof useRevealed> };

/** Steps to work by, numbered, with values to copy. */
export function Elements({ elements, address = "", admin, revealed = NOTHING }: ElementsProps) {
  return (
    <ol className="recipe">
      {elements.map((element, at) => (
        <li key={element.title}>
          <span className="k" aria-hidden="true">{at + 1}</span>
          <div>
            <h3 className="m">{element.title}</h3>
            <p className="f12 t2">{element.why}</p>
            {element.values.length > 0 && <dl className="vals">{element.values.map((value) => <Line key={value.name + value.value} value={value} address={address} admin={admin} {...revealed} />)}</dl>}
          </div>
        </li>
      ))}
    </ol>
  );
}

const NOTHING: ReturnType<typeof useRevealed> = { shown: null, hide: () => undefined, reveal: () => undefined, copy: () => undefined, error: null };

type LineProps = { value: Value; address: string; admin: boolean } & ReturnType<typeof useRevealed>;

function Line({ value: { name, value, copy, why }, address, admin, shown, reveal, hide, copy: copyAddress }: LineProps) {
  const secret = value === ADDRESS;
  const text = secret ? (shown ?? (admin ? address || "made when it is revealed or copied" : "only admins see it")) : value;
  return (
    <div>
      <dt>{name}</dt>
      <dd><code className="any" dir="ltr">{text}</code>{why && <span className="t3">{why}</span>}</dd>
      <dd className="no-print">
        {secret && <Button kind="ghost" onClick={() => (shown ? hide() : reveal())} disabled={!admin}>{shown ? "Hide" : "Reveal"}</Button>}
        {copy && <Button kind="ghost" onClick={() => (secret ? copyAddress() : void copyText(value, `${name} is copied`))} disabled={secret && !admin} aria-label={`Copy ${name}`}>Copy</Button>}
      </dd>
    </div>
  );
}

const TICK_MS = 1_000;

/** Whether the first call came; of any kind when no events are named. */
export function Waiting({ hook, events, what, works }: { hook: WebhookView; events: string[]; what: string; works: string }) {
  const now = useNow(TICK_MS);
  const [since] = useState(() => Date.now());
  const call = hook.calls.find((one) => !one.old && (events.length === 0 || events.includes(one.event_type)) && (!hook.since || Date.parse(one.at) >= Date.parse(hook.since)));
  const at = call ? (shortTime(call.at, now).includes(":") ? hhmmss(call.at) : `${shortTime(call.at, now)} ${hhmmss(call.at)}`) : "";
  return (
    <div className={call ? "note ok" : "note acc"} role="status">
      {call ? <Icon name="check" /> : <span className="c-acc"><Span kind="syncing" /></span>}
      <div className="grow">
        {call
          ? <><span className="b">Received at {at}.</span> <span className="t2">The newest call was <code>{call.event_type}</code>. {call.known ? "Its case is looked at." : `Its case is none of ours, so nothing was done. ${works}`}</span></>
          : <><span className="b">Waiting for the first call.</span> <span className="t2">{what} This line changes by itself.</span></>}
      </div>
      {!call && <span className="f12 t3 nowrap no-print" aria-hidden="true">Listening for {span(now - since)}</span>}
    </div>
  );
}
