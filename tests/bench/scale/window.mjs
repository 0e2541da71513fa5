// Opens the desktop window over a large store and a blank window in turn, under a display of its own, and prints how
// long each takes from `main` until it has painted. node window.mjs DATA
import { Desktop } from "../../e2e/support/desktop.mjs";

const ROUNDS = 7;
const USABLE = /milliseconds=(\d+) ipc_calls=(\d+)/;
const BLANK = /blank: (\d+)/;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const desktop = await Desktop.start({ CASEBRIDGE_DATA: process.argv[2], CASEBRIDGE_LOG: "warn,casebridge=info" });
const [usable, blank, ratios] = [[], [], []];
let calls = 0;
try {
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [, own, asked] = await desktop.said("casebridge", USABLE);
    const [, bare] = await desktop.said("examples/blank", BLANK);
    calls = Math.max(calls, Number(asked));
    if (round === 0) continue; // warms both
    usable.push(Number(own));
    blank.push(Number(bare));
    ratios.push(own / bare);
  }
} finally {
  await desktop.stop();
}

const line = (what, figure, yardstick, ratio) => console.log(`${what.padEnd(44)} ${figure.padEnd(26)} ${yardstick.padEnd(44)} ${ratio}`);
const ratio = median(ratios);
line("program started to the window usable", `${median(usable)} ms`, `a blank window: ${median(blank)} ms`, `${ratio.toFixed(2)}x${ratio <= 1.25 ? "" : " OVER 1.25"}`);
line("calls until the window is usable", `${calls}`, "", calls <= 2 ? "within 2" : "OVER 2");
