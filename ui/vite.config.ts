import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Relative addresses: the same build is served by the engine and by the desktop window.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: { input: "index.html" },
  },
  server: { proxy: { "/console": "http://127.0.0.1:8080" } },
  test: {
    environment: "jsdom",
    setupFiles: ["test/setup.ts"],
    include: ["test/**/*.test.{ts,tsx}"],
    testTimeout: 90_000,
  },
});
