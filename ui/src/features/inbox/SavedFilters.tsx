import { useNavigate, useSearch } from "@tanstack/react-router";
import { DropdownMenu } from "radix-ui";
import { useState, type FormEvent } from "react";
import { useFilterActs, useFilters } from "../../data/people";
import type { SavedFilterView, View } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { Sheet } from "../../shared/Sheet";
import { useShortcuts } from "../../shared/shortcuts";
import { toast } from "../../shared/toasts";
import { VIEW_NAMES } from "../../app/Rail";

/** The searches that I keep: one key opens them, one more chooses. */
export function SavedFilters({ view, words }: { view: View; words: string }) {
  const { q = "" } = useSearch({ strict: false }) as { q?: string };
  const filters = useFilters().data ?? [];
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const [sheet, setSheet] = useState<"save" | "manage" | null>(null);
  const current = filters.find((one) => one.view === view && one.query === words.trim());
  useShortcuts({ f: () => setOpen(true) });
  const go = (one: SavedFilterView) => void navigate({ to: "/inbox/$view", params: { view: one.view }, search: one.query ? { q: one.query } : {} });
  const clear = () => void navigate({ to: "/inbox/$view", params: { view }, search: {} });
  return (
    <div className="flex saved">
      <DropdownMenu.Root modal={false} open={open} onOpenChange={setOpen}>
        <DropdownMenu.Trigger asChild>
          <Button kind="ghost" icon="filter" keys="F" aria-label={current ? `Saved filters, ${current.name} is on` : "Saved filters"}><bdi className="ell">{current ? current.name : "Filters"}</bdi></Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
            {filters.map((one) => (
              <DropdownMenu.Item key={one.id} className="mi" onSelect={() => go(one)}>
                <Icon name={one.id === current?.id ? "check" : "filter"} small />
                <bdi className="ell grow">{one.name}</bdi>
                <span className="t3 f12 ell">{VIEW_NAMES[one.view]}{one.query && `, ${one.query}`}</span>
              </DropdownMenu.Item>
            ))}
            {filters.length === 0 && <p className="mi t3 f12">None is kept yet.</p>}
            <DropdownMenu.Separator className="ms" />
            <DropdownMenu.Item className="mi" onSelect={() => setSheet("save")} disabled={current !== undefined}><Icon name="plus" small />Keep this search…</DropdownMenu.Item>
            <DropdownMenu.Item className="mi" onSelect={() => setSheet("manage")} disabled={filters.length === 0}><Icon name="settings" small />Rename or delete…</DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {(q || current) && <IconButton icon="close" label="Leave this filter" onClick={clear} />}
      {sheet === "save" && <Keep view={view} words={words.trim()} onClose={() => setSheet(null)} />}
      {sheet === "manage" && <Manage filters={filters} onClose={() => setSheet(null)} />}
    </div>
  );
}

function Keep({ view, words, onClose }: { view: View; words: string; onClose: () => void }) {
  const { save } = useFilterActs();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (name) save.mutate({ name, view, query: words }, { onSuccess: () => { toast(`“${name}” is kept`); onClose(); } });
  };
  return (
    <Sheet title="Keep this search" onClose={onClose}>
      <form className="in-sheet" onSubmit={submit}>
        <p className="t2">{VIEW_NAMES[view]}{words ? <>, with <b dir="auto">{words}</b></> : ", without words"}.</p>
        <Field label="Name" hint="For you alone, in every browser of yours." error={save.error ? `${save.error.message}. ${save.error.hint ?? ""}` : undefined}>
          <input name="name" defaultValue={words.slice(0, 60)} maxLength={60} required autoComplete="off" data-autofocus />
        </Field>
        <span><Button type="submit" kind="primary" disabled={save.isPending}>Keep it</Button></span>
      </form>
    </Sheet>
  );
}

function Manage({ filters, onClose }: { filters: SavedFilterView[]; onClose: () => void }) {
  const { save, drop } = useFilterActs();
  const failure = save.error ?? drop.error;
  const rename = (one: SavedFilterView) => (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (name && name !== one.name) save.mutate({ ...one, name }, { onSuccess: () => toast(`It is called “${name}” now`) });
  };
  return (
    <Sheet title="Saved filters" onClose={onClose}>
      <div className="in-sheet">
        {filters.length === 0 && <p className="t2">None is left.</p>}
        {filters.map((one) => (
          <form key={one.id} className="flex" onSubmit={rename(one)}>
            <input name="name" className="inp grow" defaultValue={one.name} maxLength={60} required aria-label={`Name of ${one.name}`} />
            <Button type="submit" disabled={save.isPending}>Rename</Button>
            <Button danger aria-label={`Delete ${one.name}`} disabled={drop.isPending} onClick={() => drop.mutate(one.id, { onSuccess: () => toast(`“${one.name}” is deleted`, () => save.mutate({ name: one.name, view: one.view, query: one.query })) })}>Delete</Button>
          </form>
        ))}
        {failure && <p className="c-act f12" role="alert">{failure.message}. {failure.hint} Nothing changed.</p>}
      </div>
    </Sheet>
  );
}
