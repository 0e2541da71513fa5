export function DiagnosticsScreen() {
  return null;
}
