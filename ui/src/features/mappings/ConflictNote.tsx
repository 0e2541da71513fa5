import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { said } from "../../shared/sentence";
import { Support } from "../../shared/States";
import type { Draft } from "./useDraft";

/** Somebody else saved meanwhile: nothing of either side is lost without being named. */
export function ConflictNote({ draft }: { draft: Draft }) {
  const { conflict, newer, onTop, take, compare } = draft;
  if (!conflict && !newer) return null;
  const theirs = conflict?.theirs ?? newer;
  if (!theirs) return null;
  const both = conflict ? [...conflict.both.map((one) => one.title), ...(conflict.order ? ["the order"] : [])] : [];
  return (
    <div className="note time stale" role="alert">
      <Icon name="warn" />
      <div className="grow">
        <span className="m"><bdi>{theirs.author}</bdi> saved version {theirs.version} while you were changing version {draft.base.version}.</span>{" "}
        <span className="t2">
          Your changes are kept here, unsaved.{" "}
          {conflict && (both.length > 0 ? `Both of you changed ${both.join(", ")}: yours would stand.` : "You changed different mappings: both fit together.")}
        </span>
      </div>
      {conflict
        ? <Button kind="primary" onClick={onTop}>Put mine on top of theirs</Button>
        : <Button onClick={() => compare(theirs)}>Compare</Button>}
      <Button danger onClick={() => take(theirs)}>Take theirs, and lose mine</Button>
    </div>
  );
}

/** Why a version was not saved. What is wrong with single mappings stands at their fields. */
export function SaveProblem({ draft }: { draft: Draft }) {
  if (!draft.error) return null;
  return (
    <div className="note act stale" role="alert">
      <Icon name="warn" />
      <div className="grow"><span className="m">Version {draft.base.version + 1} was not saved.</span> <span className="t2">{said(draft.error)} Your changes are kept here.</span><Support error={draft.error} /></div>
    </div>
  );
}
