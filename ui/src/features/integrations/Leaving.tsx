import { useBlocker } from "@tanstack/react-router";
import { Button } from "../../shared/Button";
import { Sheet } from "../../shared/Sheet";

/** Whoever leaves with unsaved changes is asked first. */
export function Leaving({ dirty, made }: { dirty: boolean; made: boolean }) {
  const { status, proceed, reset } = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  if (status !== "blocked") return null;
  return (
    <Sheet title="Leave without saving?" onClose={reset} foot={<><Button kind="primary" small={false} onClick={reset} data-autofocus>Stay</Button><Button small={false} danger onClick={proceed}>Leave, and lose the changes</Button></>}>
      <p className="t2">{made ? "What you changed here is not saved. The connection goes on as it was." : "What you entered here is not saved, and nothing is connected."}</p>
    </Sheet>
  );
}
