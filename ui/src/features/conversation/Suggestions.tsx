import { useSuggestion } from "../../data/mappings";
import type { SuggestionView } from "../../generated";
import { Button } from "../../shared/Button";
import { said } from "../../shared/sentence";

/** Values that the analyst was not sure enough of: a person takes them or puts them away. */
export function Suggestions({ session, suggestions }: { session: string; suggestions: SuggestionView[] }) {
  const decide = useSuggestion(session);
  if (suggestions.length === 0) return null;
  const busy = decide.isPending ? decide.variables : undefined;
  return (
    <section className="sect" aria-label="Suggested for the case">
      <h3>Suggested for the case <span className="t3 num plain">{suggestions.length}</span></h3>
      <ul>
        {suggestions.map((one) => {
          const mine = busy?.mapping === one.mapping && busy.connection === one.connection;
          const which = { connection: one.connection, mapping: one.mapping };
          return (
            <li key={`${one.connection} ${one.mapping}`} className="fv">
              <span className="flex"><span className="t3 f12"><bdi>{one.title}</bdi></span><span className="end f12 t3 num nowrap">{one.confidence} % sure</span></span>
              <span className="m any"><bdi>{one.shown}</bdi></span>
              {one.evidence[0] && <q className="ev any" dir="auto">{one.evidence[0].quote}</q>}
              <span className="flex tight note-acts">
                <Button icon="check" disabled={mine} aria-label={`Take it: write ${one.shown} to ${one.title}`} onClick={() => decide.mutate({ ...which, take: true })}>Take it</Button>
                <Button kind="ghost" disabled={mine} aria-label={`Put away: ${one.shown} for ${one.title}`} onClick={() => decide.mutate({ ...which, take: false })}>Put away</Button>
              </span>
            </li>
          );
        })}
      </ul>
      {decide.error && <p className="f12 c-act" role="alert">{said(decide.error)}</p>}
    </section>
  );
}
