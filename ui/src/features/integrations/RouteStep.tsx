import { useFormContext } from "react-hook-form";
import { useConnections } from "../../data/engine";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { Block } from "./Block";
import { namesIn, type RouteForm } from "./route";

/** Which conversations come to this connection, by channel and tag. */
export function RouteStep({ name }: { name: string }) {
  const { register, watch, formState: { errors } } = useFormContext<{ route: RouteForm }>();
  const route = watch("route");
  const others = (useConnections().data ?? []).filter((one) => one.name !== name);
  const [on, off, tags, notTags] = [namesIn(route.channels), namesIn(route.not_channels), namesIn(route.tags), namesIn(route.not_tags)];
  const every = [on, off, tags, notTags].every((part) => part.length === 0);
  const said = every ? "Every conversation comes here." : [
    on.length > 0 ? `Only from ${listed(on)}` : "From any channel", off.length > 0 && `not from ${listed(off)}`,
    tags.length > 0 && `only with one of the tags ${listed(tags)}`, notTags.length > 0 && `not with ${listed(notTags)}`,
  ].filter(Boolean).join(", ") + ".";
  return (
    <Block id="route" title="Which conversations come here" lead="By channel and tag, as the source names them. It is decided once for each conversation, when something of it is first written; a change moves no conversation that has a case.">
      <div className="g2">
        <Field label="Only these channels" error={errors.route?.channels?.message} hint="With commas between them. Empty: any."><input {...register("route.channels")} autoComplete="off" spellCheck={false} placeholder="web, email" /></Field>
        <Field label="Never these channels" error={errors.route?.not_channels?.message}><input {...register("route.not_channels")} autoComplete="off" spellCheck={false} /></Field>
        <Field label="Only with one of these tags" error={errors.route?.tags?.message} hint="Empty: with any, and with none."><input {...register("route.tags")} autoComplete="off" spellCheck={false} placeholder="billing" /></Field>
        <Field label="Never with these tags" error={errors.route?.not_tags?.message}><input {...register("route.not_tags")} autoComplete="off" spellCheck={false} placeholder="test" /></Field>
      </div>
      <div className="note" role="status"><Icon name="info" /><div className="grow"><span className="b">{said}</span> {others.length > 0 && <span className="t2">Each connection decides for itself: a conversation that fits several has a case in each, one that fits none has no case. The others are {listed(others.map((one) => one.name))}.</span>}</div></div>
    </Block>
  );
}

const listed = (names: string[]) => names.join(", ");
