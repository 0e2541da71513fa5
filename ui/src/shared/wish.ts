import { useEffect, useRef } from "react";

/**
 * A key that was pressed before a search had found is meant for what it finds, not for what stood there before:
 * `then` runs once, as soon as the search has settled. Whoever types on, leaves or chooses takes the wish back.
 */
export function useWish(settled: boolean, then: () => void) {
  const wished = useRef(false);
  useEffect(() => {
    if (!settled || !wished.current) return;
    wished.current = false;
    then();
  });
  return {
    make: () => { wished.current = true; },
    drop: () => { wished.current = false; },
  };
}
