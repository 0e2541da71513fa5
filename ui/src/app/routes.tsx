import { createRootRoute, createRoute, createRouter, redirect, type RouterHistory } from "@tanstack/react-router";
import { lazy } from "react";
import type { View } from "../generated";
import { InboxScreen } from "../features/inbox/InboxScreen";
import { Shell } from "./Shell";
import { NotFound } from "./NotFound";

const later = <K extends string>(load: () => Promise<Record<K, React.ComponentType>>, name: K) =>
  lazy(async () => ({ default: (await load())[name] }));

export const VIEWS: View[] = ["all", "needs_person", "ai", "mine", "resolved", "trouble"];

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox/$view", params: { view: "all" }, search: {} });
  },
});

export const inboxRoute = createRoute({
  getParentRoute: () => root,
  path: "/inbox/$view",
  validateSearch: (search): { s?: string | undefined; q?: string | undefined } => ({ s: text(search.s), q: text(search.q) }),
  component: InboxScreen,
});

export const traceRoute = createRoute({
  getParentRoute: () => root,
  path: "/trace",
  validateSearch: (search): { s?: string | undefined } => ({ s: text(search.s) }),
  component: later(() => import("../features/trace/TraceScreen"), "TraceScreen"),
});

export const mappingsRoute = createRoute({
  getParentRoute: () => root,
  path: "/mappings",
  validateSearch: (search): { c?: string | undefined; m?: string | undefined; s?: string | undefined } => ({ c: text(search.c), m: text(search.m), s: text(search.s) }),
  component: later(() => import("../features/mappings/MappingsScreen"), "MappingsScreen"),
});

const page = (path: string, load: () => Promise<Record<string, React.ComponentType>>, name: string) =>
  createRoute({ getParentRoute: () => root, path, component: later(load, name) });

const tree = root.addChildren([
  index,
  inboxRoute,
  traceRoute,
  mappingsRoute,
  page("/deliveries", () => import("../features/deliveries/DeliveriesScreen"), "DeliveriesScreen"),
  page("/links", () => import("../features/links/LinksScreen"), "LinksScreen"),
  page("/integrations", () => import("../features/integrations/IntegrationsScreen"), "IntegrationsScreen"),
  page("/integrations/new", () => import("../features/integrations/AddConnection"), "AddConnection"),
  page("/integrations/new/salesforce", () => import("../features/integrations/AddConnection"), "AddConnection"),
  page("/integrations/$name", () => import("../features/integrations/ConnectionScreen"), "ConnectionScreen"),
  page("/diagnostics", () => import("../features/diagnostics/DiagnosticsScreen"), "DiagnosticsScreen"),
  page("/settings", () => import("../features/settings/SettingsScreen"), "SettingsScreen"),
  page("/welcome", () => import("../features/firstrun/FirstRun"), "FirstRun"),
]);

export const newRouter = (history: RouterHistory) => createRouter({ routeTree: tree, history });
