import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { linksKey, useCaseLinks } from "../../data/engine";
import { useCaseLook } from "../../data/links";
import { useMore } from "../../data/more";
import type { CaseChip, CaseLink } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { CrmMark } from "../../shared/CrmMark";
import { useDebounced } from "../../shared/debounce";
import { Icon } from "../../shared/Icon";
import { SearchField } from "../../shared/SearchField";
import { StatusWord } from "../../shared/Span";
import { Bars, EmptyState, ErrorPane, Loading, StaleNote } from "../../shared/States";
import { Time } from "../../shared/Time";
import { LinkSheet } from "./LinkSheet";
import { STATE_WORDS } from "./words";

const STATES: [CaseChip["state"] | "", string][] = [["", "All"], ["open", "Open"], ["closed", "Closed"], ["reserved", "Being made"], ["gone", "Deleted"], ["merged", "Merged"], ["unreadable", "Unreadable"], ["unlinked", "Unlinked"]];

/** Which conversation is which case. */
export function LinksScreen() {
  const [words, setWords] = useState("");
  const [state, setState] = useState<CaseChip["state"] | "">("");
  const [deciding, setDeciding] = useState<CaseLink | null>(null);
  const query = useDebounced(words.trim(), 120);
  const links = useCaseLinks(query, state);
  const more = useMore(linksKey(query, state), links.fetchNextPage);
  const rows = links.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <div className="page links">
      <header className="bar" data-region>
        <h1 className="h1">Case links</h1>
        <span className="seg" role="group" aria-label="State of the case">
          {STATES.map(([id, name]) => <button key={id} type="button" aria-pressed={state === id} onClick={() => setState(id)}>{name}</button>)}
        </span>
        <span className="end dlv-search"><SearchField value={words} onChange={setWords} label="Case, person, session" /></span>
      </header>
      <div className="scroll" data-region tabIndex={0} role="region" aria-label="Case links">
        {links.isError && links.data && <StaleNote what="Links" since={links.dataUpdatedAt} error={links.error} />}
        {links.isPending ? (
          <Loading what="the links"><Bars rows={12} height={38} /></Loading>
        ) : !links.data ? (
          <ErrorPane error={links.error} what="The links could not be read" onRetry={() => void links.refetch()} />
        ) : rows.length === 0 ? (
          query || state ? (
            <EmptyState title="No link matches" action={<Button onClick={() => { setWords(""); setState(""); }}>Clear filter</Button>}>Other links are hidden by the filter.</EmptyState>
          ) : (
            <EmptyState title="No conversation has a case yet" glyph="none">A link appears here when a connection opens the first case.</EmptyState>
          )
        ) : (
          <>
            <table className="tbl">
              <thead><tr><th scope="col">Conversation</th><th scope="col">Case</th><th scope="col">State</th><th scope="col">Sync</th><th scope="col">Differs</th><th scope="col">Opened</th><th scope="col"><span className="vh">Links</span></th></tr></thead>
              <tbody>
                {rows.map((link) => (
                  <tr key={`${link.session} ${link.case.connection} ${link.case.period}`}>
                    <td className="wide"><Link to="/inbox/$view" params={{ view: "all" }} search={{ s: link.session }} className="m"><bdi>{link.contact_name ?? link.external_id}</bdi></Link></td>
                    <td><span className="flex"><CrmMark name={link.case.connection_name} /><span className="num nowrap" dir="ltr">{link.case.number ?? "no number yet"}</span>{link.case.period > 1 && <span className="t3 f12">period {link.case.period}</span>}</span></td>
                    <td className={link.current && ["gone", "merged", "unreadable"].includes(link.case.state) ? "c-act" : link.current ? "" : "t3"}>{STATE_WORDS[link.case.state]}{!link.current && <span className="t3 f12"> · earlier</span>}</td>
                    <td>{link.current && <StatusWord sync={link.sync} chip={link.case} />}</td>
                    <td><DriftCell link={link} /></td>
                    <td className="t2 num">{link.opened_at && <Time at={link.opened_at} as="list" quiet />}</td>
                    <td>
                      <span className="flex">
                        {link.current && <Button kind="ghost" onClick={() => setDeciding(link)} aria-label={`Change the case of ${nameOf(link)}`}>Change…</Button>}
                        <Link to="/trace" search={{ s: link.session }} className="btn g s">Trace</Link>
                        {link.case.url && <a href={link.case.url} target="_blank" rel="noopener noreferrer" className="btn g ic s" aria-label={`Open case ${link.case.number ?? ""} in ${link.case.connection_name}`}><Icon name="out" /></a>}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {links.hasNextPage && <div className="more-row"><Button onClick={() => void more()} disabled={links.isFetchingNextPage}>More links</Button></div>}
          </>
        )}
      </div>
      {deciding && <LinkSheet link={{ session: deciding.session, name: nameOf(deciding), connection: deciding.case.connection_name, state: deciding.case.state, merged_into: deciding.case.merged_into }} onClose={() => setDeciding(null)} />}
    </div>
  );
}

const nameOf = (link: CaseLink) => link.contact_name ?? link.external_id;

/** What is not the same here and in the CRM, as last known; asking again writes nothing. */
function DriftCell({ link }: { link: CaseLink }) {
  const look = useCaseLook();
  if (!link.current || !["open", "closed"].includes(link.case.state)) return null;
  const said = link.drift.map((one) => `${one.what}: ${one.ours} here, ${one.theirs} there`).join("; ");
  return (
    <span className="drift">
      {link.drift.length > 0 && <span className="c-time" data-tip={said} tabIndex={0}>{link.drift.map((one) => one.what).join(", ")}<span className="vh">: {said}</span></span>}
      {link.looked_at && <span className="t3"><Time at={link.looked_at} as="list" quiet /></span>}
      <IconButton icon="retry" label={`Ask ${link.case.connection_name} again about ${link.case.number ?? "this case"}`} onClick={() => look.mutate({ session: link.session, connection: link.case.connection_name })} disabled={look.isPending} />
      {look.error && <span className="c-act" role="alert">{look.error.message}</span>}
    </span>
  );
}
