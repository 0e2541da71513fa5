import { createBrowserHistory, parseHref } from "@tanstack/history";

/** Screens live behind the #: any server and the desktop window serve the one page. */
export const hashHistory = () =>
  createBrowserHistory({
    parseLocation: () => parseHref(location.hash.slice(1) || "/", history.state),
    createHref: (path) => `${location.pathname}${location.search}#${path}`,
  });
