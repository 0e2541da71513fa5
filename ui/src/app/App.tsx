import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, type RouterHistory } from "@tanstack/react-router";
import { useState } from "react";
import { HostProvider, newClient } from "../data/client";
import type { Host } from "../host";
import { newRouter } from "./routes";

export function App({ host, history, again }: { host: Host; history: RouterHistory; again?: number }) {
  const [client] = useState(() => newClient(again));
  const [router] = useState(() => newRouter(history));
  return (
    <HostProvider value={host}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </HostProvider>
  );
}
