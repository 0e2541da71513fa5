/** What the engine says, with the commands in it set as code. */
export function Words({ children }: { children: string }) {
  return children.split("`").map((part, i) => (i % 2 ? <code key={i} className="code-in" dir="ltr">{part}</code> : part));
}
