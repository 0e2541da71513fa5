export function AddConnection() {
  return null;
}
