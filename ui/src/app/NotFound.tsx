import { Link } from "@tanstack/react-router";
import { EmptyState } from "../shared/States";

export function NotFound() {
  return <EmptyState title="There is no such page" glyph="none" action={<Link to="/" className="btn">Go to the inbox</Link>}>Nothing was lost: every conversation is in the inbox.</EmptyState>;
}
