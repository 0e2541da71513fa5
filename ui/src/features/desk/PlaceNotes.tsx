import { useState } from "react";
import { usePlace, useSwitch, useWindow } from "../../data/desk";
import { Button, IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { said, sentence } from "../../shared/sentence";

/** What stands above every screen of the window: the engine elsewhere stopped or shut us out, or a link led nowhere. */
export function PlaceNotes() {
  const { trouble, dismiss } = useWindow();
  const place = usePlace();
  if (!trouble && !place?.gone && !place?.problem) return null;
  return (
    <div className="place" role="status">
      {trouble && (
        <div className="note">
          <Icon name="info" />
          <p className="grow"><span className="m">{sentence(trouble.message)}</span> <span className="t2">{sentence(trouble.hint)}</span></p>
          <IconButton icon="close" label="Close" onClick={dismiss} />
        </div>
      )}
      {(place?.gone || place?.problem) && <Lost />}
    </div>
  );
}

function Lost() {
  const place = usePlace();
  const again = useSwitch();
  const [kept, setKept] = useState(false);
  if (!place || kept) return null;
  const joined = place.kind === "joined" || (place.kind === "nowhere" && place.kept);
  const what = place.gone ? `The engine at ${place.url} has stopped.` : sentence(place.problem?.message);
  const advice = place.gone ? "Nothing is lost: what was acknowledged is in the data folder. This window can go on with an engine of its own." : sentence(place.problem?.hint);
  const failed = again.error;
  return (
    <div className="note time">
      <Icon name="warn" />
      <p className="grow">
        <span className="m">{what}</span> <span className="t2">{advice}</span>
        {failed && <span className="block c-act">{said(failed)}</span>}
      </p>
      <Button onClick={() => again.mutate({ to: joined ? "leave" : "find" })} disabled={again.isPending}>
        {joined ? "Leave the server" : place.gone ? "Start it here" : "Try again"}
      </Button>
      <IconButton icon="close" label="Close" onClick={() => setKept(true)} />
    </div>
  );
}
