import { Fragment } from "react";

/** Key caps, drawn from an attribute: they are no text of the button or row beside them, which carries the meaning. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys" aria-hidden="true">
      {keys.split(" ").map((key, i) => (
        <Fragment key={i}>
          <kbd className="kbd" data-key={key} />
        </Fragment>
      ))}
    </span>
  );
}
