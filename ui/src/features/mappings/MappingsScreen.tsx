import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMe } from "../../data/client";
import { useConnections } from "../../data/engine";
import { useColumns, useMappings } from "../../data/mappings";
import { Bars, EmptyState, ErrorPane, Loading, StaleNote } from "../../shared/States";
import { ConnectionTabs } from "./ConnectionTabs";
import { Workbench } from "./Workbench";

type Search = { c?: string; m?: string; s?: string };

/** Which column of the case is filled, from what; and what that would do to a past conversation. */
export function MappingsScreen() {
  const { c, m, s } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const connections = useConnections();
  const me = useMe().data;
  const one = connections.data?.find((connection) => connection.name === c) ?? connections.data?.[0];
  const name = one?.name ?? "";
  const view = useMappings(name);
  const admin = me?.role === "admin";
  const columns = useColumns(name, admin);
  const tabs = <ConnectionTabs all={connections.data ?? []} chosen={name} onChoose={(next) => void navigate({ to: "/mappings", search: { c: next } })} />;
  const head = <header className="bar" data-region><h1 className="h1">Field mappings</h1>{tabs}</header>;

  if (connections.data?.length === 0) {
    return (
      <div className="page">{head}
        <EmptyState title="No CRM is connected" glyph="none" action={<Link to="/integrations" className="btn">Integrations</Link>}>Fields are mapped to the columns of a CRM's case. Connect one, and its columns are read from there.</EmptyState>
      </div>
    );
  }
  if (connections.isError && !connections.data) return <div className="page">{head}<ErrorPane error={connections.error} what="The connections could not be read" onRetry={() => void connections.refetch()} /></div>;
  if (view.isError && !view.data) return <div className="page">{head}<ErrorPane error={view.error} what={`The mappings of ${name} could not be read`} safe="They go on working as they were saved." onRetry={() => void view.refetch()} /></div>;
  if (columns.isError && !columns.data) return <div className="page">{head}<ErrorPane error={columns.error} what={`The columns of ${name} could not be read`} safe="Mappings go on working as they were saved." onRetry={() => void columns.refetch()} /></div>;
  // Who may not map is not told the CRM's columns: what was mapped says enough.
  const known = columns.data ?? (me && !admin && view.data ? { columns: [], read_at: view.data.columns_read_at ?? view.data.set.at, stale: false } : undefined);
  if (!one || !view.data || !known || !me) {
    return <div className="page">{head}<div className="maps waiting"><Loading what="the mappings"><Bars rows={8} height={50} /></Loading><Loading what="the columns"><Bars rows={4} height={90} /></Loading></div></div>;
  }
  return (
    <Workbench
      key={one.id} connection={one} view={view.data} columns={known} admin={admin} tabs={tabs} first={m} session={s}
      note={view.isError ? <StaleNote what="Mappings" since={view.dataUpdatedAt} error={view.error} onRetry={() => void view.refetch()} /> : null}
    />
  );
}
