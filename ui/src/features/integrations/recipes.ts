/** A value to enter: what Creatio calls it, the value, whether it is copied, and why. */
export type Value = { name: string; value: string; copy?: boolean; why?: string };
export type Element = { title: string; why: string; values: Value[] };
export type Recipe = { id: "replies" | "closures"; name: string; events: string[]; elements: Element[] };

/** The place of the webhook's address in the values: only who may see it sees it. */
export const ADDRESS = "\u0000address";

const call = (event: string, caseId: string, recordId: string): Element => ({
  title: "Call web service: the one from step 1",
  why: "A refused call does not stop the process, and its log shows no error. Look here instead: calls with a wrong token are counted above.",
  values: [
    { name: "event_type", value: event, copy: true },
    { name: "caseId", value: caseId, copy: true, why: "the case" },
    ...(recordId ? [{ name: "recordId", value: recordId, copy: true, why: "the reply itself" }] : []),
  ],
});

const SERVICE: Element = {
  title: "Once: a web service, REST, one method",
  why: "Both processes call it. Name it Casebridge.",
  values: [
    { name: "Address", value: ADDRESS, copy: true },
    { name: "Method", value: "POST, request JSON, authentication None", why: "the secret is in the address" },
    { name: "Body parameters", value: "event_type, caseId, recordId", why: "all of type Text" },
    { name: "Time-out", value: "10000 ms", why: "default 5000" },
    { name: "Retries on call failure", value: "3", why: "default 0: a call that fails is lost" },
  ],
};
const SIGNAL = "[#Signal.Unique identifier of record#]";
const BACKGROUND: Value = { name: "Run in background", value: "on", why: "otherwise Creatio waits for us inside the user's save" };

/** Both processes, with this connection's own category in the filter. The element names are those of Creatio's English designer. */
export function recipes(own: string): Recipe[] {
  const others: Value = { name: "Filter", value: `Case is filled in, and Category is not “${own}”`, why: "our own rows start no process" };
  return [
    {
      id: "replies", name: "Replies", events: ["new_activity"],
      elements: [
        SERVICE,
        { title: "Signal: object Activity, record added", why: "A person wrote something on a case. The filter stands in the signal itself: a condition further down would still cost a run of the process for every message.", values: [others, BACKGROUND] },
        { title: "Read data: Activity, the first record", why: "The signal carries the Id of the activity only. The case must be read.", values: [{ name: "Filter", value: `Id = ${SIGNAL}`, copy: true }, { name: "Columns", value: "Case" }] },
        call("new_activity", "[#Read data 1.First item of resulting collection.Case#]", SIGNAL),
        { title: "Copy the process for e-mails, and change its signal: Activity, record modified", why: "A mail is added as a draft or while it is being sent. Only when it was sent is it a reply.", values: [{ name: "Expected changes in", value: "Email send status", why: "no other column" }, others, BACKGROUND] },
        { title: "Only with a customer portal: copy it again for object Portal message, record added", why: "Portal messages are no activities. They name their case in the column EntityId.", values: [{ name: "Filter", value: "EntitySchemaUId = 117d32f9-8275-4534-8411-1c66115ce9cd", copy: true, why: "the object Case" }, { name: "Read data", value: "Portal message, column EntityId" }, { name: "caseId", value: "[#Read data 1.First item of resulting collection.EntityId#]", copy: true }, BACKGROUND] },
      ],
    },
    {
      id: "closures", name: "Closures", events: ["case_closed", "case_updated"],
      elements: [
        SERVICE,
        { title: "Signal: object Case, record modified", why: "Somebody resolves or closes the case. Without the watched column it would run at every later edit.", values: [{ name: "Expected changes in", value: "Status" }, { name: "Filter", value: "Status.Is final = Yes, or Status.Is resolved = Yes", why: "marks, not names: names are translated" }, BACKGROUND] },
        { title: "Read data: Case, the first record", why: "So that the call names a case that was saved, and a merged or deleted one makes no call.", values: [{ name: "Filter", value: `Id = ${SIGNAL}`, copy: true }, { name: "Columns", value: "Id" }] },
        call("case_closed", "[#Read data 1.First item of resulting collection.Id#]", ""),
        { title: "Copy the process for reopening, and change filter and event", why: "One closure gives two events, Resolved and later Closed. Both are taken as one.", values: [{ name: "Filter", value: "Status.Is final = No, and Status.Is resolved = No" }, { name: "event_type", value: "case_updated", copy: true }, BACKGROUND] },
      ],
    },
  ];
}
