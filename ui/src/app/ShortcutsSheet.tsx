import { Link } from "@tanstack/react-router";
import { Keys } from "../shared/Kbd";
import { Sheet } from "../shared/Sheet";

const GROUPS: [string, [string, string][]][] = [
  ["Anywhere", [["Find or run", "Ctrl K"], ["This sheet", "?"], ["Search in this screen", "/"], ["Rail", "["], ["Details panel", "]"], ["Next region", "F6"], ["Settings", "Ctrl ,"]]],
  ["Go to", [["Inbox", "G I"], ["Trace of this session", "G T"], ["Deliveries", "G D"], ["Integrations", "G C"], ["Field mappings", "G M"], ["Case links", "G L"], ["Needs a person", "G N"], ["AI is handling", "G A"]]],
  ["Conversation", [["Next, previous session", "J K"], ["Saved filters", "F"], ["Reply", "R"], ["Take over from AI", "T"], ["Give back to AI", "Shift T"], ["Hand off to a person", "H"], ["Assign", "A"], ["Resolve or reopen", "E"], ["Open the case in the CRM", "O"], ["Case: make, link, unlink…", "L"], ["Reasoning and tool calls", "X"], ["Send", "Ctrl ↵"]]],
  ["Trace and deliveries", [["Step", "↑ ↓"], ["Next problem", "P"], ["Local time or UTC", "U"], ["Copy as text", "C"], ["Retry…", "R"]]],
  ["Field mappings", [["Add a column", "N"], ["Move the mapping", "Alt ↑ ↓"], ["To its editor", "↵"], ["Switch it on or off", "Space"], ["Remove it", "Del"], ["Dry run", "Ctrl ↵"], ["Save a version", "Ctrl S"]]],
];

export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  const end = <Link to="/settings" className="t3 f12" onClick={onClose}>Change in Settings</Link>;
  return (
    <Sheet title="Keyboard shortcuts" onClose={onClose} className="wide" end={end}>
      <div className="keysheet">
        {GROUPS.map(([name, rows]) => (
          <section key={name}>
            <h3 className="h3">{name}</h3>
            <dl>
              {rows.map(([what, keys]) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd><Keys keys={keys} /><span className="vh">{keys}</span></dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Sheet>
  );
}
