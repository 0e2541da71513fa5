// The page is complete without this script; it replaces the texts with those of the running program.
const call = window.__TAURI__?.core?.invoke;
if (call) {
  call("about").then((facts) => {
    for (const name of ["version", "engine", "start", "console"]) {
      document.getElementById(name).textContent = facts[name];
    }
  });
}
