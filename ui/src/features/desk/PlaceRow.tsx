import { usePlace } from "../../data/desk";
import { Icon } from "../../shared/Icon";

/** In the rail: whose console this window is, when its engine is not in it. */
export function PlaceRow() {
  const place = usePlace();
  if (!place?.url) return null;
  const at = place.url.replace(/^https?:\/\//, "");
  const name = place.kind === "joined" ? "Team server" : "Console of the engine";
  const where = place.pid ? `at ${at}, process ${place.pid}` : at;
  return (
    <div className="r" data-tip-narrow={`${name} ${where}`}>
      <Icon name="plug" />
      <div>{name}<small dir="ltr" className="wrap">{where}</small></div>
    </div>
  );
}
