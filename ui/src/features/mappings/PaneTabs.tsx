export type Pane = "list" | "edit" | "dry";

/** Where two panes do not fit beside each other, they are chosen. */
export function PaneTabs({ pane, onPane, list }: { pane: Pane; onPane: (pane: Pane) => void; list?: boolean }) {
  return (
    <span className="seg pane-tabs" role="group" aria-label="Pane">
      <button type="button" className={list ? "" : "only-tiny"} aria-pressed={pane === "list"} onClick={() => onPane("list")}>List</button>
      <button type="button" aria-pressed={pane === "edit"} onClick={() => onPane("edit")}>Edit</button>
      <button type="button" aria-pressed={pane === "dry"} onClick={() => onPane("dry")}>Dry run</button>
    </span>
  );
}
