import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
import { fakeColumns, fakeMappings } from "../src/host/fake-mapping-data";
import { newMapping } from "../src/features/mappings/draft";
import type { Mapping } from "../src/generated";
import { faults, first, hold, show } from "./show";

type Shown = ReturnType<typeof show>;
const grid = () => screen.findByRole("grid", { name: /Mappings, in their order/ });
const cell = async (title: RegExp) => first(within(await grid()).getAllByRole("gridcell", { name: title }));
const save = (shown: Shown) => shown.user.keyboard("{Control>}s{/Control}");
const words = () => screen.findByLabelText("Tell the AI what belongs here");
const say = async (text: string) => fireEvent.change(await words(), { target: { value: text } });
/** The mappings without the one whose column is gone: with it nothing can be saved. */
const sound = () => fakeMappings().filter((one) => one.column !== "UsrCallbackTime");
const edited = (list: Mapping[], column: string, part: Partial<Mapping>) => list.map((one) => (one.column === column ? { ...one, ...part } : one));

/** The screen as another desk left it: at version 15, every mapping sound. */
async function open(column: string, mappings = sound()) {
  const shown = show("/inbox/all");
  await shown.host.call("mappings_save", { connection: "Creatio", based_on: 14, mappings });
  await shown.host.call("columns_list", { connection: "Creatio" });
  shown.history.push(`/mappings?m=${column}`);
  await grid();
  return shown;
}
const theySave = ({ host }: Shown, mappings: Mapping[]) => host.call("mappings_save", { connection: "Creatio", based_on: 15, mappings });

describe("a value that reads as another one", () => {
  const number = { type: "integer" } as const;
  it.each([
    ["a static text of a column that holds numbers now", "007", { source: { from: "static", value: "007" } }, "Always this value"],
    ["a fallback of such a column", "05", { fallback: "05" }, "Write this when nothing sure is found"],
  ] as const)("%s stands there beside its alarm, and can be changed", async (_, value, part, label) => {
    expect(fakeColumns().find((one) => one.name === "UsrPartySize")?.kind, "the column was retyped").toEqual(number);
    await open("UsrPartySize", edited(sound(), "UsrPartySize", { kind: { type: "text", max: null, format: "plain" }, ...part }));
    expect(await screen.findByText("Party size holds something else in Creatio now.")).toBeInTheDocument();
    const field = await screen.findByLabelText(label);
    expect(field).toHaveValue(value);
    fireEvent.change(field, { target: { value: "12" } });
    expect(field).toHaveValue("12");
    fireEvent.click(screen.getByRole("button", { name: "Use it as whole number" }));
    await waitFor(() => expect(screen.getByLabelText(label), "what was changed beside the field is shown in it").toHaveValue(""));
  });

  it("an imported text with blanks at its end is kept as it is", async () => {
    await open("UsrBookingRef", edited(sound(), "UsrBookingRef", { source: { from: "static", value: "RK7 " } }));
    const field = await screen.findByLabelText("Always this value");
    expect(field).toHaveValue("RK7 ");
    fireEvent.change(field, { target: { value: "RK7 4" } });
    expect(field, "what is typed stays as it was typed").toHaveValue("RK7 4");
    fireEvent.click(screen.getByRole("button", { name: "Discard" }));
    await waitFor(() => expect(field).toHaveValue("RK7 "));
  });
});

describe("what is typed meanwhile", () => {
  it("while a version is saved is not lost: it is the draft of the next one", async () => {
    const shown = await open("PriorityId");
    const answer = hold(shown.host, "mappings_save");
    await say("Saved");
    await save(shown);
    await waitFor(() => expect(answer.asked()).toBe(1));
    await say("Saved, and more");
    answer.all();
    await screen.findByText("Saved as version 16");
    expect(await words()).toHaveValue("Saved, and more");
    expect(screen.getByText("1 unsaved")).toBeInTheDocument();
    const { set } = await shown.host.call("mappings_show", { connection: "Creatio" });
    expect(set.mappings.find((one) => one.column === "PriorityId")?.instruction).toBe("Saved");
  });

  it("while the note of a conflict stands goes on top of theirs as well", async () => {
    const shown = await open("PriorityId");
    await say("Mine");
    await theySave(shown, edited(sound(), "Subject", { instruction: "Theirs" }));
    fireEvent.click(await screen.findByRole("button", { name: "Compare" }));
    expect(await screen.findByText(/both fit together/)).toBeInTheDocument();
    await say("Mine, and more");
    fireEvent.click(screen.getByRole("button", { name: "Put mine on top of theirs" }));
    expect(await words()).toHaveValue("Mine, and more");
    fireEvent.click(await cell(/^Subject/));
    expect(await words()).toHaveValue("Theirs");
  });

  it("is not taken back with a mapping that is put back", async () => {
    await open("PriorityId");
    fireEvent.click(await cell(/^Party size/));
    fireEvent.click(screen.getByRole("button", { name: "Remove the mapping of Party size" }));
    // The offer stays while a pointer rests on it, however long the rest takes.
    fireEvent.pointerEnter(await screen.findByText("Party size is no longer mapped"));
    fireEvent.click(await cell(/^Priority/));
    await say("Typed since");
    fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await cell(/^Party size.*11 of 11$/)).toBeInTheDocument();
    expect(await words()).toHaveValue("Typed since");
  });

  it("on both desks for one new column is named before one of them stands", async () => {
    const shown = await open("PriorityId");
    await shown.user.keyboard("n");
    await shown.user.type(await screen.findByPlaceholderText(/Title, name or type/), "check-in{Enter}");
    await screen.findByRole("heading", { name: "Check-in time" });
    await say("Mine");
    const column = first(fakeColumns().filter((one) => one.name === "UsrCheckInTime"));
    await theySave(shown, [...sound(), { ...newMapping(column), instruction: "Theirs" }]);
    fireEvent.click(await screen.findByRole("button", { name: "Compare" }));
    expect(await screen.findByText(/Both of you changed Check-in time: yours would stand/)).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: "Put mine on top of theirs" }));
    fireEvent.click(await cell(/^Check-in time/));
    expect(await words()).toHaveValue("Mine");
    await save(shown);
    await screen.findByText("Saved as version 17");
  });
});

describe("what another desk saves", () => {
  it("is shown at once where nothing was changed, and told where something was", async () => {
    const shown = await open("PriorityId");
    await theySave(shown, edited(sound(), "PriorityId", { instruction: "Theirs" }));
    await waitFor(async () => expect(await words()).toHaveValue("Theirs"));
    expect(screen.queryByText(/while you were changing/)).not.toBeInTheDocument();
    await say("Mine");
    await shown.host.call("mappings_save", { connection: "Creatio", based_on: 16, mappings: sound() });
    expect(await screen.findByText(/saved version 17 while you were changing version 16/)).toBeInTheDocument();
    expect(await words()).toHaveValue("Mine");
  });

  it("about who reads the conversations is shown at once, too", async () => {
    const { host } = await open("PriorityId");
    expect(await screen.findByText(/Casebridge itself, on this computer/)).toBeInTheDocument();
    await host.call("analyst_set", { kind: "provider", base_url: "https://models.example/v1", model: "small", api: "openai" });
    expect(await screen.findByText("small")).toBeInTheDocument();
  });
});

describe("a row that is searched for", () => {
  async function search() {
    const shown = await open("PriorityId");
    await shown.user.keyboard("n");
    await shown.user.type(await screen.findByPlaceholderText(/Title, name or type/), "account{Enter}");
    await screen.findByRole("heading", { name: "Account" });
    fireEvent.click(screen.getByRole("radio", { name: "Static" }));
    const field = await screen.findByRole("combobox", { name: "Always this value" });
    const rows = () => within(screen.getByRole("listbox", { name: "Always this value" })).getAllByRole("option").map((one) => one.textContent);
    await shown.user.click(field);
    await waitFor(() => expect(rows()).toHaveLength(4));
    return { ...shown, field, rows };
  }

  it("is the one that was typed, though Enter came before it was found", async () => {
    const { user, host, field, rows } = await search();
    const answer = hold(host, "lookup_values");
    await user.type(field, "mei{Enter}");
    expect(rows(), "the rows of before stand, and the search is told").toEqual(["Ada Okafor", "Jonas Weber", "Lucía Fernández", "Mei Tanaka", "Searching…"]);
    expect(field).toHaveValue("mei");
    await waitFor(() => expect(answer.asked()).toBe(1));
    answer.all();
    await waitFor(() => expect(field).toHaveValue("Mei Tanaka"));
  });

  it("is none when nothing is found, or when the person types on", async () => {
    const { user, host, field, rows } = await search();
    await user.type(field, "nobody{Enter}");
    await waitFor(() => expect(rows()).toEqual(["Nothing is called “nobody”"]));
    expect(field, "nothing was picked").toHaveValue("nobody");
    const answer = hold(host, "lookup_values");
    await user.clear(field);
    await user.type(field, "jonas{Enter} w");
    answer.all();
    await waitFor(() => expect(rows()).toEqual(["Jonas Weber"]));
    expect(field).toHaveValue("jonas w");
  });
});

describe("a dry run of several conversations", () => {
  async function several() {
    const shown = await open("PriorityId");
    fireEvent.click(await screen.findByRole("button", { name: /^Conversations: / }));
    await screen.findByRole("option", { name: /Chidi/ });
    const read = hold(shown.host, "mappings_dry_run");
    fireEvent.click(screen.getByRole("button", { name: "Run on the latest 5" }));
    await waitFor(() => expect(read.asked()).toBe(1));
    return { ...shown, read };
  }
  const heads = () => within(screen.getByRole("grid", { name: /by conversation/ })).getAllByRole("columnheader").length - 2;
  const asked = ({ host }: Shown) => host.calls.filter((one) => one.command === "mappings_dry_run").map((one) => (one.input.sessions as string[]).length);

  it("shows each as soon as it is read, and says how many are", async () => {
    const shown = await several();
    expect(screen.getByText("0 of 5 conversations are read.")).toBeInTheDocument();
    for (const read of [1, 2]) {
      shown.read.next();
      await screen.findByText(`${read} of 5 conversations are read.`);
      expect(heads()).toBe(read);
    }
    expect(await faults()).toEqual([]);
    shown.read.all();
    await waitFor(() => expect(heads()).toBe(5));
    await waitFor(() => expect(screen.queryByText(/conversations are read/)).not.toBeInTheDocument());
    expect(asked(shown), "no call is for more than one").toEqual([1, 1, 1, 1, 1]);
  });

  it("goes on where it failed or was stopped, and reads none twice", async () => {
    const shown = await several();
    shown.read.next();
    await screen.findByText("1 of 5 conversations are read.");
    shown.host.fail("mappings_dry_run", new CallError("crm", "the provider did not answer", "try again"));
    await waitFor(() => expect(shown.read.asked()).toBe(1));
    shown.read.next();
    await screen.findByText("The dry run did not come through.");
    expect(heads(), "what was read stays").toBe(1);
    shown.host.fail("mappings_dry_run", null);
    fireEvent.click(screen.getByRole("button", { name: "Go on" }));
    await waitFor(() => expect(shown.read.asked()).toBe(1));
    fireEvent.click(screen.getByRole("button", { name: "Stop" }));
    expect(await screen.findByText("Stopped: 1 of 5 conversations were read.")).toBeInTheDocument();
    shown.read.all();
    fireEvent.click(screen.getByRole("button", { name: "Go on" }));
    await waitFor(() => expect(heads()).toBe(5));
    const told = shown.host.calls.filter((one) => one.command === "mappings_dry_run").map((one) => (one.input.sessions as string[])[0]);
    expect(told.filter((one) => one === told[0]), "the first was read once").toHaveLength(1);
  });
});

describe("a model that does not answer", () => {
  it("is said to leave its fields blank: nobody stands in for it", async () => {
    await open("PriorityId");
    fireEvent.click(await screen.findByRole("button", { name: "Change" }));
    fireEvent.click(await screen.findByRole("radio", { name: /A language model/ }));
    fireEvent.change(screen.getByLabelText("Model"), { target: { value: "small" } });
    fireEvent.change(screen.getByLabelText("Address"), { target: { value: "https://away.example/v1" } });
    fireEvent.click(screen.getByRole("button", { name: "Save and test" }));
    expect(await screen.findByText(/what the AI would fill stays blank, or takes its fallback/)).toBeInTheDocument();
  });
});
