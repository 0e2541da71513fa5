import { Fragment } from "react";

/** Key caps; the button or row beside them carries the meaning, so they are not read out. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys" aria-hidden="true">
      {keys.split(" ").map((key, i) => (
        <Fragment key={i}>
          <kbd className="kbd">{key}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
