import { useState } from "react";
import { useChoose, useDesk, useSwitch, useThisComputer } from "../../data/desk";
import type { Notify, Place } from "../../host";
import { Button } from "../../shared/Button";
import { said, sentence } from "../../shared/sentence";
import { Toggle } from "../../shared/Toggle";
import { JoinSheet } from "./JoinSheet";

const KINDS: [keyof Notify, string, string][] = [
  ["handed_off", "Handed off", "A conversation needs a person."],
  ["parked", "Parked", "A delivery moves only after somebody decides."],
  ["held", "Held replies", "A reply waits to be delivered or discarded."],
  ["broken", "Connections", "A connection is paused."],
];

/** Settings of the window; a browser has none. */
export function ThisComputer() {
  const desk = useDesk();
  const now = useThisComputer().data;
  const choose = useChoose();
  const [folderError, setFolderError] = useState("");
  if (!desk || !now) return null;
  const failed = choose.error;
  const openFolder = () => {
    setFolderError("");
    desk.openDataFolder().catch((error: unknown) => setFolderError(error instanceof Error ? error.message : String(error)));
  };
  return (
    <section className="blk" aria-labelledby="computer">
      <header><h2 id="computer" className="h2">This computer</h2></header>
      {now.autostart !== null && (
        <Toggle on={now.autostart} set={(autostart) => choose.mutate({ autostart })} name="Start with the session" means="In the background: the window opens when you want it." />
      )}
      <Toggle
        on={now.close_to_tray}
        set={(close_to_tray) => choose.mutate({ close_to_tray })}
        name="Go on working when the window is closed"
        means={now.tray ? "The icon in the tray brings the window back, and Quit there ends it." : "This desktop shows no tray icons: start Casebridge again to bring the window back."}
      />
      <h3 className="b" id="notify">Notifications</h3>
      <div role="group" aria-labelledby="notify" className="toggles">
        {KINDS.map(([kind, name, means]) => (
          <Toggle key={kind} on={now.notify[kind]} set={(on) => choose.mutate({ notify: { ...now.notify, [kind]: on } })} name={name} means={means} />
        ))}
      </div>
      <p className="f12 t3">They never show what people wrote, nor names. At most one of a kind in 10 s.</p>
      {failed && <p className="f12 c-act" role="alert">{said(failed)}</p>}
      <Engine place={now.place} />
      <dl className="kv facts">
        <div>
          <dt className="t3">Data folder</dt>
          <dd className="flex wrap"><code dir="ltr" className="wrap">{now.data_folder}</code><Button onClick={openFolder}>Open</Button></dd>
        </div>
      </dl>
      {folderError && <p className="f12 c-act" role="alert">{folderError}</p>}
    </section>
  );
}

function Engine({ place }: { place: Place }) {
  const [joining, setJoining] = useState(false);
  const leave = useSwitch();
  const where = {
    own: "Runs in this window.",
    beside: `Runs at ${place.url}, process ${place.pid}. This window is its console.`,
    joined: `Runs on the team server ${place.url}. ${place.kept ? "The sign-in is in the system keychain." : "There is no keychain here: the sign-in ends when you quit."}`,
    nowhere: sentence(place.problem?.message) || "Is not there.",
  }[place.kind];
  return (
    <>
      <h3 className="b">Engine</h3>
      <div className="flex wrap">
        <span className="grow t2 wrap">{where}</span>
        {place.kind === "joined"
          ? <Button onClick={() => leave.mutate({ to: "leave" })} disabled={leave.isPending}>Leave the server</Button>
          : <Button onClick={() => setJoining(true)}>Join a team server…</Button>}
      </div>
      {leave.error && <p className="f12 c-act" role="alert">{said(leave.error)}</p>}
      {joining && <JoinSheet onClose={() => setJoining(false)} />}
    </>
  );
}
