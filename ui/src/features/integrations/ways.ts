import type { ReturnAddresses, SignInWay, SignInWays } from "../../generated";
import type { CrmKind } from "./crm";
import type { Option } from "./Options";

const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\//;

/** The way back that is chosen at first: the one that asks least of the person. */
export function usualWay(kind: CrmKind, ways: SignInWays, here: boolean): SignInWay {
  return ways.listens && here ? "loopback" : ways[kind].public && ways.beyond ? "public" : "paste";
}

/** The way back for an application that knows this address only. */
export function wayTo(address: string, kind: CrmKind, ways: SignInWays, here: boolean): SignInWay {
  if (LOCAL.test(address)) return ways.listens && here ? "loopback" : "paste";
  return address === ways[kind].public && ways.beyond ? "public" : "paste";
}

/** The addresses that an app has to know for a way back. */
export function redirectsOf({ loopback, public: out }: ReturnAddresses, way: SignInWay): string[] {
  return way === "public" && out ? [out] : way === "paste" ? loopback.slice(0, 1) : loopback;
}

/** What a person may choose between. */
export function waysOut(kind: CrmKind, ways: SignInWays, here: boolean): Option[] {
  const options: Option[] = [];
  if (ways.listens) options.push({ id: "loopback", name: "To this computer", means: here ? "Casebridge waits for the browser here." : "Only for a browser on the computer of the engine, which this one does not seem to be." });
  if (ways[kind].public && ways.beyond) options.push({ id: "public", name: "To the public address", means: "From any computer: the browser comes back to this installation's address." });
  return [...options, { id: "paste", name: "By hand", means: "You copy the address that the browser ends on, and paste it here." }];
}
