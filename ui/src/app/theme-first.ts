import { applyTheme } from "../shared/prefs";

// Before the first paint, and again whenever the system changes its mind.
applyTheme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
