import { useBlocker } from "@tanstack/react-router";
import { Button } from "../../shared/Button";
import { Sheet } from "../../shared/Sheet";

/** Whoever leaves with an unsaved draft is asked first. */
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const { status, proceed, reset } = useBlocker({ shouldBlockFn: () => dirty, enableBeforeUnload: () => dirty, withResolver: true });
  if (status !== "blocked") return null;
  return (
    <Sheet title="Leave without saving?" onClose={reset} foot={<><Button kind="primary" small={false} onClick={reset} data-autofocus>Stay</Button><Button small={false} danger onClick={proceed}>Leave, and lose the changes</Button></>}>
      <p className="t2">What you changed here is not saved. Until it is, fields are filled as the last version says.</p>
    </Sheet>
  );
}
