import "./styles/index.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { hashHistory } from "./app/history";
import { chooseHost } from "./host";

const root = document.getElementById("root");
if (root) void chooseHost().then((host) => createRoot(root).render(<App host={host} history={hashHistory()} />));
