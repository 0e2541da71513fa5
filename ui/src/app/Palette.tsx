import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useEffect, useState, type KeyboardEvent } from "react";
import { createPortal } from "react-dom";
import { useHost } from "../data/client";
import { useFind } from "../data/engine";
import { useCounts } from "../data/sessions";
import { CrmMark } from "../shared/CrmMark";
import { Icon } from "../shared/Icon";
import type { IconName } from "../shared/icons";
import { Keys } from "../shared/Kbd";
import { useFocusKept } from "../shared/Sheet";
import { useShortcuts } from "../shared/shortcuts";
import { StatusWord } from "../shared/Span";
import { useDebounced } from "../shared/debounce";
import { Match } from "../shared/Match";
import { useWish } from "../shared/wish";

type Run = { name: string; more?: string; icon: IconName; keys?: string; to: () => void };

export function Palette({ session, onClose }: { session: string | undefined; onClose: () => void }) {
  const host = useHost();
  const navigate = useNavigate();
  const box = useFocusKept(true);
  const [words, setWords] = useState("");
  const query = useDebounced(words.trim(), 120);
  const find = useFind();
  const parked = useCounts().data?.parked ?? 0;
  const found = useQuery({
    queryKey: ["palette", query],
    queryFn: () => host.call("sessions_list", { view: "all", query, limit: 6 }),
    placeholderData: keepPreviousData,
    meta: { tags: ["sessions"] },
  });
  const [chosen, setChosen] = useState("");
  const pasted = /^https?:\/\/|^ses_|@/.test(words.trim());
  const firstRow = found.data?.rows[0]?.id;
  // What is found stands first: Enter opens it without another key.
  useEffect(() => {
    if (pasted) setChosen("jump");
    else if (firstRow) setChosen(firstRow);
  }, [pasted, firstRow, query]);
  useShortcuts({ Escape: onClose, "Ctrl+k": onClose }, { layer: true });

  const then = (run: () => void) => () => {
    onClose();
    run();
  };
  const openTrace = (s: string) => void navigate({ to: "/trace", search: { s } });
  const openSession = (s: string) => void navigate({ to: "/inbox/$view", params: { view: "all" }, search: { s } });

  const places: Run[] = [
    { name: "Inbox", icon: "inbox", keys: "G I", to: () => void navigate({ to: "/inbox/$view", params: { view: "all" }, search: {} }) },
    { name: "Needs a person", icon: "hand", keys: "G N", to: () => void navigate({ to: "/inbox/$view", params: { view: "needs_person" }, search: {} }) },
    { name: "Deliveries", more: parked ? `${parked} parked` : "", icon: "deliveries", keys: "G D", to: () => void navigate({ to: "/deliveries" }) },
    { name: "Case links", icon: "link", keys: "G L", to: () => void navigate({ to: "/links" }) },
    { name: "Integrations", icon: "plug", keys: "G C", to: () => void navigate({ to: "/integrations" }) },
    { name: "Field mappings", icon: "mapping", keys: "G M", to: () => void navigate({ to: "/mappings", search: {} }) },
    { name: "Diagnostics", icon: "pulse", to: () => void navigate({ to: "/diagnostics" }) },
    { name: "Settings", icon: "settings", keys: "Ctrl ,", to: () => void navigate({ to: "/settings" }) },
  ];
  const fits = (run: Run) => run.name.toLowerCase().includes(query.toLowerCase());
  const settled = pasted || (query === words.trim() && !found.isPending && !found.isPlaceholderData);
  const wish = useWish(settled, () => {
    const place = places.find(fits);
    if (firstRow) then(() => openSession(firstRow))();
    else if (place) then(place.to)();
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || settled || event.nativeEvent.isComposing) return wish.drop();
    wish.make();
    event.preventDefault();
  };

  return createPortal(
    <div className="scrim" onPointerDown={(event) => event.target === event.currentTarget && onClose()}>
      <div ref={box} role="dialog" aria-modal="true" aria-label="Find or run">
        <Command className="pal" shouldFilter={false} loop value={chosen} onValueChange={setChosen} onKeyDown={onKeyDown} label="Find or run">
          <div className="q">
            <Icon name="search" />
            <Command.Input value={words} onValueChange={setWords} placeholder="Find or run" data-autofocus />
            <span className="f12 t3 nowrap hide-narrow">sessions, cases, people, commands</span>
          </div>
          <Command.List className="scroll">
            <Command.Empty className="t2 pal-none">Nothing is called “{query}”. Paste a case's address or a session id to jump to it.</Command.Empty>
            {pasted && (
              <Command.Group heading="Jump to">
                <Command.Item className="pi" value="jump" onSelect={() => find.mutate(words, { onSuccess: ({ session: s }) => then(() => openTrace(s))() })}>
                  <Icon name="trace" />
                  <span className="ell">Trace of <b>{words.trim()}</b> {find.error && <span className="c-act">{find.error.message}</span>}</span>
                  <Keys keys="↵" />
                </Command.Item>
              </Command.Group>
            )}
            {(found.data?.rows.length ?? 0) > 0 && (
              <Command.Group heading={query ? "Conversations" : "Latest conversations"}>
                {found.data?.rows.map((row) => (
                  <Command.Item key={row.id} className="pi" value={row.id} onSelect={then(() => openSession(row.id))}>
                    {row.case ? <CrmMark name={row.case.connection_name} /> : <Icon name="chat" />}
                    <span className="ell">
                      {row.case?.number && <><Match text={row.case.number} words={query} /> </>}
                      <bdi className={row.case?.number ? "t2" : ""}><Match text={row.contact_name ?? row.external_id} words={query} /></bdi>
                    </span>
                    <StatusWord sync={row.sync} chip={row.case} />
                  </Command.Item>
                ))}
              </Command.Group>
            )}
            {session && query === "" && (
              <Command.Group heading="This session">
                <Command.Item className="pi" value="trace-this" onSelect={then(() => openTrace(session))}>
                  <Icon name="trace" />Open the trace<Keys keys="G T" />
                </Command.Item>
                <Command.Item className="pi" value="mappings-this" onSelect={then(() => void navigate({ to: "/mappings", search: { s: session } }))}>
                  <Icon name="mapping" /><span>Try the field mappings on it</span><span className="f12 t3">writes nothing</span>
                </Command.Item>
              </Command.Group>
            )}
            {places.some(fits) && (
              <Command.Group heading="Go to">
                {places.filter(fits).map((run) => (
                  <Command.Item key={run.name} className="pi" value={run.name} onSelect={then(run.to)}>
                    <Icon name={run.icon} />
                    <span className="ell"><Match text={run.name} words={query} /> {run.more && <span className="t2">{run.more}</span>}</span>
                    {run.keys && <Keys keys={run.keys} />}
                  </Command.Item>
                ))}
              </Command.Group>
            )}
          </Command.List>
          <div className="ft">
            <span><Keys keys="↑ ↓" /> move</span>
            <span><Keys keys="↵" /> open</span>
            <span className="end">Paste a case URL to jump to it</span>
          </div>
        </Command>
      </div>
    </div>,
    document.body,
  );
}
