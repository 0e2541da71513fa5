import { createRoot } from "react-dom/client";
import type { FirstList } from "../data/first";
import type { Host } from "../host";
import { App } from "./App";
import { hashHistory } from "./history";

/** Shows the console; `list` is shown with the first frame. */
export function start(host: Host, list: FirstList | null) {
  // The router would find its way there by itself, a tenth of the start later.
  if (!location.hash) history.replaceState(null, "", "#/inbox/all");
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<App host={host} history={hashHistory()} list={list} />);
}
