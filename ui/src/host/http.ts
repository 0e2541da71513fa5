import type { Me } from "../generated";
import type { CommandName, Input, Output } from "./commands";
import { patienceFor } from "./patience";
import { CallError, type Host } from "./types";

const SLOWEST_RECONNECT_MS = 30_000;
/** A page that nobody touched for this long asks on its own account, not on a person's. */
const AWAY_MS = 5 * 60_000;

let touched = Date.now();
if (typeof document !== "undefined") {
  for (const kind of ["pointerdown", "keydown", "wheel"]) document.addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
}

async function refusal(answer: Response, command: string): Promise<CallError> {
  const body: unknown = await answer.json().catch(() => null);
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return new CallError(
    text(said.code) ?? `http_${answer.status}`,
    text(said.message) ?? `The engine answered ${answer.status}.`,
    text(said.hint),
    typeof said.retry_after === "number" ? said.retry_after : null,
    answer.status,
    command,
  );
}

async function reach(command: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: "same-origin", signal: AbortSignal.timeout(patienceFor(command)) });
  } catch {
    throw new CallError("unreachable", "The engine does not answer.", "Nothing is lost: messages keep arriving there.", null, null, command);
  }
}

/** The engine over HTTP: one POST for every command, server-sent events for what changed. */
export function httpHost(base = ""): Host {
  let mine: Promise<Me> | null = null;

  const me = () => {
    mine ??= reach("me", `${base}/console/me`, { method: "GET" })
      .then(async (answer) => {
        if (!answer.ok) throw await refusal(answer, "me");
        return (await answer.json()) as Me;
      })
      .catch((error: unknown) => {
        mine = null;
        throw error;
      });
    return mine;
  };

  async function send<C extends CommandName>(command: C, input: Input<C>): Promise<Response> {
    const { token } = await me();
    return reach(command, `${base}/console/call`, {
      method: "POST",
      headers: { "content-type": "application/json", "X-Casebridge-Token": token, ...(Date.now() - touched > AWAY_MS ? { "X-Casebridge-Away": "1" } : {}) },
      body: JSON.stringify({ ...input, command }),
    });
  }

  async function call<C extends CommandName>(command: C, input: Input<C>): Promise<Output<C>> {
    let answer = await send(command, input);
    if (answer.status === 401 || answer.status === 403) {
      // The engine may have started anew: its token is another one then.
      const before = (await me()).token;
      mine = null;
      if ((await me()).token !== before) answer = await send(command, input);
    }
    if (!answer.ok) throw await refusal(answer, command);
    return (await answer.json()) as Output<C>;
  }

  function events(onTags: (tags: string[]) => void, onLink: (up: boolean) => void = () => undefined) {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = 1_000;
    // The first time too: what was read before the line stood may have changed since.
    let lost = true;

    const open = () => {
      source = new EventSource(`${base}/console/events`, { withCredentials: true });
      source.onopen = () => {
        wait = 1_000;
        onLink(true);
        if (lost) onTags(["*"]); // what changed in between is unknown
        lost = false;
      };
      source.addEventListener("changed", (event) => {
        try {
          const { tags } = JSON.parse((event as MessageEvent<string>).data) as { tags?: unknown };
          if (Array.isArray(tags)) onTags(tags.filter((tag) => typeof tag === "string"));
        } catch {
          onTags(["*"]);
        }
      });
      source.onerror = () => {
        source?.close();
        lost = true;
        onLink(false);
        timer = setTimeout(open, wait + Math.random() * 500);
        wait = Math.min(wait * 2, SLOWEST_RECONNECT_MS);
      };
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }

  let asked = false;
  /** As it is now: what a page knows already, such as stand-ins that run, may have changed. */
  const again = () => {
    if (asked) mine = null;
    asked = true;
    return me();
  };
  return { call, events, me: again };
}
