/** One step of the set-up: a heading that the list of steps leads to. */
export function Block({ id, title, lead, end, children }: { id: string; title: string; lead?: React.ReactNode; end?: React.ReactNode; children: React.ReactNode }) {
  return (
    <section className="blk" aria-labelledby={id}>
      <header>
        <div className="flex"><h2 id={id} tabIndex={-1} className="h2">{title}</h2>{end && <span className="end flex">{end}</span>}</div>
        {lead && <p className="t2">{lead}</p>}
      </header>
      {children}
    </section>
  );
}
