import type { DryRun, FieldOutcome, FieldEvidence } from "../../../generated";

export type Mark = { mapping: string; n: number | null; on: boolean };
export type Piece = { text: string; marks: Mark[] };
type Placed = FieldEvidence & { mapping: string };

/** The evidence of all values, that of the chosen one numbered in the order of the conversation. */
export const placed = (values: FieldOutcome[]): Placed[] => values.flatMap(({ mapping, evidence }) => evidence.map((one) => ({ ...one, mapping })));

/** A line cut where evidence begins and ends. Places are counted in characters, as people count them, not in UTF-16. */
export function pieces(text: string, seq: number, evidence: Placed[], chosen: string): Piece[] {
  const letters = [...text];
  const here = evidence.filter((one) => one.seq === seq && one.start < one.end && one.end <= letters.length);
  const cuts = [...new Set([0, letters.length, ...here.flatMap((one) => [one.start, one.end])])].sort((a, b) => a - b);
  const numbers = numbered(evidence, chosen);
  const cut = cuts.slice(0, -1).map((from, i) => {
    const to = cuts[i + 1] ?? letters.length;
    const over = here.filter((one) => one.start <= from && one.end >= to);
    const marks = over.map((one) => ({ mapping: one.mapping, on: one.mapping === chosen, n: one.mapping === chosen && one.end === to ? (numbers.get(one) ?? null) : null }));
    return { text: letters.slice(from, to).join(""), marks };
  });
  // What the chosen evidence covers is one piece, whatever else was taken from parts of it.
  return cut.reduce<Piece[]>((joined, piece) => {
    const before = joined.at(-1);
    const own = piece.marks.find((one) => one.on);
    const last = before?.marks.find((one) => one.on);
    if (!before || !own || !last || last.n !== null) return [...joined, piece];
    return [...joined.slice(0, -1), { text: before.text + piece.text, marks: [own] }];
  }, []);
}

function numbered(evidence: Placed[], chosen: string): Map<Placed, number> {
  const own = evidence.filter((one) => one.mapping === chosen).sort((a, b) => a.seq - b.seq || a.start - b.start);
  return new Map(own.map((one, i) => [one, i + 1]));
}

/** How many of the runs would fill the field. */
export const filledIn = (runs: DryRun[], mapping: string) => runs.filter((run) => run.values.some((one) => one.mapping === mapping && one.outcome === "write")).length;

/** Of the values found, how many are sure enough. */
export function sureAt(runs: DryRun[], mapping: string, threshold: number): { sure: number; found: number } {
  const found = runs.flatMap((run) => run.values).filter((one) => one.mapping === mapping && one.confidence !== null && one.value !== null);
  return { sure: found.filter((one) => (one.confidence ?? 0) >= threshold).length, found: found.length };
}
