import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, type RouterHistory } from "@tanstack/react-router";
import { useState } from "react";
import { HostProvider, newClient } from "../data/client";
import type { Host } from "../host";
import { keepFirst, type FirstList } from "../data/first";
import { newRouter } from "./routes";

export function App({ host, history, again, list }: { host: Host; history: RouterHistory; again?: number; list?: FirstList | null }) {
  const [client] = useState(() => {
    const made = newClient(again);
    if (list) keepFirst(made, list);
    return made;
  });
  const [router] = useState(() => newRouter(history));
  return (
    <HostProvider value={host}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </HostProvider>
  );
}
