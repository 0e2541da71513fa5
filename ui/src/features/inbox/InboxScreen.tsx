import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { VIEWS } from "../../app/routes";
import { VIEW_NAMES } from "../../app/Rail";
import { useCounts } from "../../data/sessions";
import type { View } from "../../generated";
import { Keys } from "../../shared/Kbd";
import { useShortcuts } from "../../shared/shortcuts";
import { EmptyState } from "../../shared/States";
import { Conversation } from "../conversation/Conversation";
import { Details } from "../conversation/Details";
import { SessionList } from "./SessionList";

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
  const [details, setDetails] = useState(false);
  const counts = useCounts().data;

  const choose = (id: string) => void navigate({ to: "/inbox/$view", params: { view }, search: { s: id, ...(q ? { q } : {}) }, replace: true });
  const leave = () => void navigate({ to: "/inbox/$view", params: { view }, search: q ? { q } : {} });
  useShortcuts({
    "]": () => setDetails((open) => !open),
    Escape: () => {
      if (details) setDetails(false);
      else if (session && innerWidth < 840) leave();
      else if (document.activeElement?.closest(".talk, .aside")) document.querySelector<HTMLElement>(".list [role=listbox]")?.focus();
      else return false;
    },
  });

  return (
    <div className={`inbox ${session ? "has" : ""} ${details ? "with-details" : ""}`}>
      <SessionList key={`${view} ${q}`} view={view} title={VIEW_NAMES[view]} words={words} setWords={setWords} selected={session} onSelect={choose} />
      {session ? (
        <>
          <Conversation key={session} session={session} onBack={leave} onDetails={() => setDetails(!details)} />
          <Details key={`${session} details`} session={session} onClose={() => setDetails(false)} />
        </>
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
