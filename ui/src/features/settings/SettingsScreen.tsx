import { useMe } from "../../data/client";
import { Toggle } from "../../shared/Toggle";
import { ThisComputer } from "../desk/ThisComputer";
import { prefs, usePrefs, type Prefs } from "../../shared/prefs";
import { Profile } from "./Profile";

const THEMES: [Prefs["theme"], string, string][] = [["system", "As the system", "Follows the light and dark of this computer."], ["light", "Light", "Dark text on a light ground."], ["dark", "Dark", "Light text on a dark ground."]];
const ROLES = { admin: "Admin: may change connections", agent: "Agent: may answer and decide", viewer: "Viewer: may read" };

/** What is kept in this browser, for this person alone. */
export function SettingsScreen() {
  const me = useMe().data;
  const now = usePrefs();
  return (
    <div className="page">
      <header className="bar" data-region><h1 className="h1">Settings</h1></header>
      <div className="scroll" data-region tabIndex={0} role="region" aria-label="Settings">
        <div className="page-in narrow">
          <section className="blk" aria-labelledby="look">
            <header><h2 id="look" className="h2">Theme</h2></header>
            <div className="opts" role="radiogroup" aria-labelledby="look">
              {THEMES.map(([id, name, means]) => (
                <label key={id} className={now.theme === id ? "opt on" : "opt"}>
                  <input type="radio" name="theme" checked={now.theme === id} onChange={() => prefs.set({ theme: id })} />
                  <span><span className="m block">{name}</span><span className="f12 t2">{means}</span></span>
                </label>
              ))}
            </div>
          </section>
          <section className="blk" aria-labelledby="keys">
            <header><h2 id="keys" className="h2">Keyboard and times</h2></header>
            <Toggle on={now.singleKeys} set={(singleKeys) => prefs.set({ singleKeys })} name="Single-key shortcuts" means="J, K, R, T and the like. Off: only keys with Ctrl, and the function keys." />
            <Toggle on={now.utc} set={(utc) => prefs.set({ utc })} name="UTC in the trace" means="Otherwise local time. U switches it there." />
          </section>
          <ThisComputer />
          <section className="blk" aria-labelledby="you">
            <header><h2 id="you" className="h2">You</h2></header>
            <Profile />
            {me && (
              <dl className="kv facts">
                <div><dt className="t3">Signed in as</dt><dd><bdi>{me.name}</bdi></dd></div>
                <div><dt className="t3">Role</dt><dd>{ROLES[me.role]}</dd></div>
                <div><dt className="t3">Version</dt><dd className="num">{me.version}</dd></div>
              </dl>
            )}
          </section>
        </div>
      </div>
    </div>
  );
}
