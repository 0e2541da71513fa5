export function LinksScreen() {
  return null;
}
