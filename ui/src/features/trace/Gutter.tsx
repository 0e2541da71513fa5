import type { Cross, Tone } from "./steps";

const COLOUR: Record<Tone, string> = { "": "var(--text-2)", ai: "var(--ai)", time: "var(--time)", act: "var(--act)", accent: "var(--accent)" };
const Y = 15.5;

/** Customer, us, CRM: which way it went, and whether it got there. */
export function Gutter({ cross, tone }: { cross: Cross; tone: Tone }) {
  const colour = COLOUR[tone];
  const line = { stroke: colour, strokeWidth: 1.5, fill: "none", strokeLinecap: "round", strokeLinejoin: "round" } as const;
  const dot = (x: number) => <circle cx={x} cy={Y} r="2.5" fill={colour} />;
  const shapes: Record<Cross, React.ReactNode> = {
    in: <>{dot(18)}<path d="M22 15.5H48M44 11.8 48 15.5l-4 3.7" {...line} /></>,
    out: <>{dot(50)}<path d="M46 15.5H20M24 11.8 20 15.5l4 3.7" {...line} /></>,
    to_crm: <>{dot(50)}<path d="M54 15.5H80M76 11.8 80 15.5l-4 3.7" {...line} /></>,
    from_crm: <>{dot(82)}<path d="M78 15.5H52M56 11.8 52 15.5l4 3.7" {...line} /></>,
    failed: <>{dot(50)}<path d="M54 15.5H65M68 12.5l6 6M74 12.5l-6 6" {...line} /></>,
    parked: <>{dot(50)}<path d="M54 15.5H64M68 10.500v10M73 10.500v10" {...line} strokeWidth={1.8} /></>,
    both: <path d="M54 12.500H80M77 9.700l3 2.800M80 18.500H54M57 21.300l-3-2.800" {...line} />,
    here: <circle cx="50" cy={Y} r="3.5" fill="var(--surface)" stroke={colour} strokeWidth="1.5" />,
  };
  return (
    <span className="gut" aria-hidden="true">
      <svg viewBox="0 0 98 31" preserveAspectRatio="xMinYMin slice">
        <path d="M18 0V100M50 0V100M82 0V100" stroke="var(--line-2)" />
        {shapes[cross]}
      </svg>
    </span>
  );
}
