import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { VIEWS } from "../../app/routes";
import { VIEW_NAMES } from "../../app/Rail";
import { useCounts } from "../../data/sessions";
import { useListShown } from "../../data/shown";
import type { View } from "../../generated";
import { Keys } from "../../shared/Kbd";
import { useShortcuts } from "../../shared/shortcuts";
import { EmptyState } from "../../shared/States";
import { SessionList } from "./SessionList";

// The list is waited for, what stands beside it can follow: it is fetched once the list is painted.
const conversation = () => import("../conversation/Conversation");
const details = () => import("../conversation/Details");
const Conversation = lazy(async () => ({ default: (await conversation()).Conversation }));
const Details = lazy(async () => ({ default: (await details()).Details }));

export function InboxScreen() {
  const params = useParams({ strict: false });
  const { s: session = "", q = "" } = useSearch({ strict: false }) as { s?: string; q?: string };
  const [words, setWords] = useState(q);
  const [place, setPlace] = useState(`${params.view} ${q}`);
  // Another view or a saved filter begins with its own words.
  if (place !== `${params.view} ${q}`) {
    setPlace(`${params.view} ${q}`);
    setWords(q);
  }
  const view: View = VIEWS.find((one) => one === params.view) ?? "all";
  const navigate = useNavigate();
  const [withDetails, setDetails] = useState(false);
  const counts = useCounts().data;
  const shown = useListShown();
  useEffect(() => {
    if (shown) void Promise.all([conversation(), details()]).catch(() => undefined);
  }, [shown]);

  const choose = (id: string) => void navigate({ to: "/inbox/$view", params: { view }, search: { s: id, ...(q ? { q } : {}) }, replace: true });
  const leave = () => void navigate({ to: "/inbox/$view", params: { view }, search: q ? { q } : {} });
  useShortcuts({
    "]": () => setDetails((open) => !open),
    Escape: () => {
      if (withDetails) setDetails(false);
      else if (session && innerWidth < 840) leave();
      else if (document.activeElement?.closest(".talk, .aside")) document.querySelector<HTMLElement>(".list [role=listbox]")?.focus();
      else return false;
    },
  });

  return (
    <div className={`inbox ${session ? "has" : ""} ${withDetails ? "with-details" : ""}`}>
      <SessionList key={`${view} ${q}`} view={view} title={VIEW_NAMES[view]} words={words} setWords={setWords} selected={session} onSelect={choose} />
      {session ? (
        <Suspense fallback={<section className="pane" aria-label="Conversation" aria-busy data-region />}>
          <Conversation key={session} session={session} onBack={leave} onDetails={() => setDetails(!withDetails)} />
          <Details key={`${session} details`} session={session} onClose={() => setDetails(false)} />
        </Suspense>
      ) : (
        <section className="pane rest" aria-label="Conversation" data-region>
          <EmptyState
            title={counts && counts.needs_person === 0 ? "All caught up" : "No conversation is open"}
            glyph="synced"
            action={
              <span className="flex f12 t2 wrap hints">
                <span><Keys keys="J" /> first one</span>
                <span><Keys keys="Ctrl K" /> find a case</span>
                <span><Keys keys="?" /> all shortcuts</span>
              </span>
            }
          >
            {counts && counts.needs_person === 0 ? "Nobody waits for a person." : "Choose one from the list to read it here."}
          </EmptyState>
        </section>
      )}
    </div>
  );
}
