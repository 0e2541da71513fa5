import "./styles/index.css";
import { createHashHistory } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { chooseHost } from "./host";

const root = document.getElementById("root");
if (root) void chooseHost().then((host) => createRoot(root).render(<App host={host} history={createHashHistory()} />));
