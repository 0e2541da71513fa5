import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { many } from "../../app/Rail";
import { sessionsKey } from "../../data/first";
import { useMore } from "../../data/more";
import { useCounts, useSessions } from "../../data/sessions";
import type { View } from "../../generated";
import { useDebounced } from "../../shared/debounce";
import { useListKeys } from "../../shared/listkeys";
import { useWish } from "../../shared/wish";
import { SearchField } from "../../shared/SearchField";
import { Button } from "../../shared/Button";
import { Bars, EmptyState, ErrorPane, Loading, StaleNote } from "../../shared/States";
import { SavedFilters } from "./SavedFilters";
import { SessionItem } from "./SessionItem";

const ROW = 76;
const EMPTY: Record<View, [string, string]> = {
  all: ["No conversations yet", "They appear here as soon as a source sends its first message."],
  needs_person: ["Nobody is waiting", "The AI holds what is open. A conversation comes here when it needs a person."],
  ai: ["The AI holds nothing", "Open conversations are with people, or there are none."],
  mine: ["Nothing is yours", "Take a conversation over, and it stands here."],
  resolved: ["Nothing is resolved yet", "Resolved conversations are kept here."],
  trouble: ["Nothing is stuck", "Everything said is in its case, or on its way there."],
};

type Props = { view: View; title: string; words: string; setWords: (words: string) => void; selected: string; onSelect: (session: string) => void };

export function SessionList({ view, title, words, setWords, selected, onSelect }: Props) {
  const query = useDebounced(words.trim(), 120);
  const list = useSessions(view, query);
  const counts = useCounts().data;
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? [], [list.data]);
  const bounded = list.data?.pages.some((page) => page.bounded) ?? false;
  const at = rows.findIndex((row) => row.id === selected);

  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 8, initialRect: { width: 328, height: 800 } });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  const { hasNextPage, isFetchingNextPage, isError } = list;
  const more = useMore(sessionsKey(view, query), list.fetchNextPage);
  useEffect(() => {
    if (last >= rows.length - 12 && hasNextPage && !isFetchingNextPage && !isError) void more();
  }, [last, rows.length, hasNextPage, isFetchingNextPage, isError, more]);

  const go = (index: number) => {
    const row = rows[index];
    if (!row) return;
    virtual.scrollToIndex(index);
    onSelect(row.id);
  };
  const onKeyDown = useListKeys({ count: rows.length, at, go, open: () => document.querySelector<HTMLElement>("[data-composer]")?.focus() });

  // Down was pressed before the words were searched: the first of what they find is meant, not of what stood there before.
  const settled = query === words.trim() && !list.isPlaceholderData;
  const wish = useWish(settled, () => {
    box.current?.focus();
    if (at < 0 && rows[0]) onSelect(rows[0].id);
  });

  // A session opened from elsewhere is brought into view once.
  const shown = useRef("");
  useEffect(() => {
    if (at >= 0 && shown.current !== selected) virtual.scrollToIndex(at);
    if (at >= 0) shown.current = selected;
  }, [at, selected, virtual]);

  const total = query ? rows.length : counts?.[view];
  return (
    <section className="pane list" aria-label="Sessions" data-region>
      <div className="lhead">
        <div className="flex">
          <h1 className="h1">{title}</h1>
          {total !== undefined && <span className="t3 num">{query && hasNextPage ? `${many(total)}+` : many(total)}</span>}
        </div>
        <SearchField value={words} onChange={setWords} label="Search people, cases, messages" onDown={() => { box.current?.focus(); if (!settled) wish.make(); else if (at < 0) go(0); }} />
        <SavedFilters view={view} words={words} />
      </div>
      {list.isError && list.data && <StaleNote what="List" since={list.dataUpdatedAt} error={list.error} onRetry={() => void list.refetch()} />}
      {bounded && query && <p className="bounded f12 t2" role="status">The newest matches are shown; older ones may exist. More letters search further.</p>}
      {list.isPending ? (
        <Loading what="the conversations"><Bars rows={9} height={ROW} /></Loading>
      ) : list.isError && !list.data ? (
        <ErrorPane error={list.error} what="The list could not be read" onRetry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        query ? (
          <EmptyState title={`Nothing matches “${query}”`} action={<Button onClick={() => setWords("")}>Clear search</Button>}>Names, addresses, case numbers and messages were searched{view === "all" ? "." : ` in ${title}.`}</EmptyState>
        ) : (
          <EmptyState title={EMPTY[view][0]} action={view !== "all" && counts && counts.all > 0 ? <Link className="btn s" to="/inbox/$view" params={{ view: "all" }} search={{}}>Show all {many(counts.all)}</Link> : undefined}>{EMPTY[view][1]}</EmptyState>
        )
      ) : (
        <div
          ref={box}
          className="scroll grow"
          role="listbox"
          aria-label={`Sessions, ${title}`}
          tabIndex={0}
          aria-activedescendant={at >= 0 && items.some((item) => item.index === at) ? `row-${selected}` : undefined}
          onKeyDown={onKeyDown}
        >
          <div role="presentation" className="tall" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              return row ? (
                <SessionItem key={row.id} row={row} top={item.start} index={item.index} size={hasNextPage ? -1 : rows.length} selected={row.id === selected} onSelect={onSelect} />
              ) : null;
            })}
          </div>
        </div>
      )}
    </section>
  );
}
