import { usePlace, useDesk } from "../../data/desk";

/** Names that lead to the computer of the browser itself. */
const OWN = /^(localhost|127\.0\.0\.1|\[::1\]|.+\.localhost)$/;

/** Whether the person sits at the engine's computer, so that a browser there can come back to it. */
export function useHere(): boolean {
  const desk = useDesk();
  const place = usePlace();
  return desk ? place?.kind !== "joined" : OWN.test(location.hostname);
}
