import type { ConnectionView } from "../../generated";
import { CrmMark } from "../../shared/CrmMark";

const FEW = 3;

/** One set of mappings for each connection: side by side while they are few. */
export function ConnectionTabs({ all, chosen, onChoose }: { all: ConnectionView[]; chosen: string; onChoose: (name: string) => void }) {
  if (all.length === 0) return null;
  if (all.length > FEW) {
    return <select className="inp in-bar" aria-label="Connection" value={chosen} onChange={(event) => onChoose(event.target.value)}>{all.map((one) => <option key={one.id}>{one.name}</option>)}</select>;
  }
  return (
    <div className="seg" role="group" aria-label="Connection">
      {all.map((one) => <button key={one.id} type="button" aria-pressed={one.name === chosen} onClick={() => onChoose(one.name)}><CrmMark name={one.name} /><bdi className="ell conn-name">{one.name}</bdi></button>)}
    </div>
  );
}
