import "./styles/index.css";
import "./app/theme-first";
import { firstList } from "./data/first";
import { chooseHost } from "./host";

// The first list is asked for while the rest of the page is still being read.
void chooseHost().then(async (host) => {
  const list = firstList(host);
  const { start } = await import("./app/start");
  start(host, await list);
});
