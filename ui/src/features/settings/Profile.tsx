import { useState, type FormEvent } from "react";
import { useMe } from "../../data/client";
import { useConnections } from "../../data/engine";
import { useCrmPeople, useProfile, useProfileSet } from "../../data/people";
import type { ProfileView } from "../../generated";
import { Button } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { Bars, ErrorPane, Loading } from "../../shared/States";
import { toast } from "../../shared/toasts";

/** What I sign with, and who I am in the CRM. It is kept by the engine: every browser of mine shows it. */
export function Profile() {
  const profile = useProfile();
  if (profile.isPending) return <Loading what="your profile"><Bars rows={2} height={48} /></Loading>;
  if (!profile.data) return <ErrorPane error={profile.error} what="Your profile could not be read" onRetry={() => void profile.refetch()} />;
  return <Form key={`${profile.data.name} ${profile.data.crm_user ?? ""}`} profile={profile.data} />;
}

function Form({ profile }: { profile: ProfileView }) {
  const me = useMe().data;
  const connections = useConnections().data ?? [];
  const [name, setName] = useState(profile.name);
  const [connection, setConnection] = useState(profile.connection ?? "");
  const [person, setPerson] = useState(profile.crm_user ?? "");
  const reader = me?.role === "viewer";
  const people = useCrmPeople(reader ? "" : connection);
  const set = useProfileSet();
  const changed = name.trim() !== profile.name || connection !== (profile.connection ?? "") || person !== (profile.crm_user ?? "");
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!changed || set.isPending) return;
    set.mutate({ name: name.trim(), ...(connection && person ? { connection, crm_user: person } : {}) }, { onSuccess: () => toast("Your profile is saved") });
  };
  if (reader) return <p className="t2">You read only: nothing is signed with your name.</p>;
  return (
    <form className="profile" onSubmit={save} aria-label="Profile">
      <Field label="Profile name" hint="What you write is signed with it, and what is held by it is yours." error={set.error ? `${set.error.message}. ${set.error.hint ?? ""}` : undefined}>
        <input value={name} onChange={(event) => setName(event.target.value)} autoComplete="name" maxLength={64} required />
      </Field>
      <Field label="You in the CRM" hint={connections.length === 0 ? "No CRM is connected yet." : "The connection in which you work."}>
        <select value={connection} onChange={(event) => { setConnection(event.target.value); setPerson(""); }} disabled={connections.length === 0}>
          <option value="">Nobody</option>
          {connections.map((one) => <option key={one.id} value={one.name}>{one.name}</option>)}
        </select>
      </Field>
      {connection !== "" && (
        <Field label={`Person in ${connection}`} hint={people.isFetching ? "Reading who there is." : "As the CRM names you."} error={people.error ? `${people.error.message}. ${people.error.hint ?? ""}` : undefined}>
          <select value={person} onChange={(event) => setPerson(event.target.value)} disabled={!people.data && !profile.crm_user}>
            <option value="">Choose yourself</option>
            {profile.crm_user && profile.connection === connection && !people.data?.some((one) => one.id === profile.crm_user) && <option value={profile.crm_user}>{profile.crm_name}</option>}
            {people.data?.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </select>
        </Field>
      )}
      <span><Button type="submit" kind="primary" disabled={!changed || name.trim() === "" || set.isPending || (connection !== "" && person === "")}>{set.isPending ? "Saving" : "Save profile"}</Button></span>
    </form>
  );
}
