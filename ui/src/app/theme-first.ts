import { applyTheme } from "../shared/prefs";

if (/Linux|X11/.test(navigator.userAgent)) document.documentElement.dataset.os = "linux";
// Before the first paint, and again whenever the system changes its mind.
applyTheme();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
