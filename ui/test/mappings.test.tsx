import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
import { fakeMappings } from "../src/host/fake-mapping-data";
import { faults, first, show } from "./show";

type Shown = ReturnType<typeof show>;
const grid = () => screen.findByRole("grid", { name: /Mappings, in their order/ });
const titles = async () => within(await grid()).getAllByRole("row").map((row) => row.querySelector("bdi")?.textContent);
/** The cell that names the mapping: the other of its row holds the switch. */
const cell = async (title: RegExp) => first(within(await grid()).getAllByRole("gridcell", { name: title }));
const saved = ({ host }: Shown) => host.calls.filter((one) => one.command === "mappings_save");
const save = (shown: Shown) => shown.user.keyboard("{Control>}s{/Control}");

async function open(path = "/mappings", options = {}) {
  const shown = show(path, options);
  await grid();
  return shown;
}

describe("the list of mappings", () => {
  it("says type, source, state and trouble of each, and has no fault that a machine finds", async () => {
    await open();
    expect(await cell(/^Product area, ?UsrProductAreaId ?, Lookup, on, A value of Product area is gone from Creatio\., from ?AI ?, 4 of 12$/)).toBeInTheDocument();
    expect(await cell(/^Subject, ?required.*Text/)).toBeInTheDocument();
    expect(screen.getByText("3 need a look")).toBeInTheDocument();
    expect(await faults()).toEqual([]);
  });

  it("is walked, switched, ordered and thinned out with keys alone, and each step can be undone", async () => {
    const shown = await open();
    const { user } = shown;
    (await cell(/^Subject/)).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(await cell(/^Priority/)).toHaveFocus();
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    expect((await titles()).slice(2, 5)).toEqual(["Product area", "Priority", "Booking reference"]);
    expect(screen.getByText("Priority: place 4 of 12")).toBeInTheDocument();
    await waitFor(async () => expect(await cell(/^Priority/)).toHaveFocus());
    await user.keyboard(" ");
    expect(await cell(/^Priority.*, off,/)).toBeInTheDocument();
    await user.keyboard("{ArrowRight}");
    const toggle = screen.getByRole("switch", { name: "Priority: fill it" });
    await waitFor(() => expect(toggle).toHaveFocus());
    await user.keyboard("{Enter}");
    expect(toggle).toHaveAttribute("aria-checked", "true");
    await user.keyboard("{ArrowLeft}{Delete}");
    expect(await titles()).not.toContain("Priority");
    fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await titles()).toContain("Priority");
    expect(saved(shown), "nothing was saved by any of it").toEqual([]);
  });

  it("keeps required columns first, whoever moves what", async () => {
    const { user } = await open();
    fireEvent.click(await cell(/^Priority/));
    fireEvent.click(screen.getByRole("button", { name: "Move up" }));
    expect((await titles()).slice(0, 3)).toEqual(["Subject", "Origin", "Priority"]);
    fireEvent.click(await cell(/^Subject/));
    await user.click(screen.getByRole("button", { name: "Move down" }));
    expect((await titles()).slice(0, 3)).toEqual(["Origin", "Subject", "Priority"]);
  });

  it("is shown, not changed, to whoever is no admin", async () => {
    const { user, host } = await open("/mappings", { role: "agent" });
    expect(screen.getByText("Admins change these")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Add a column/ })).not.toBeInTheDocument();
    expect(host.calls.map((one) => one.command).filter((one) => /columns_list|mappings_check|analyst_show|mappings_dry_run/.test(one)), "nothing is asked that only an admin is answered").toEqual([]);
    expect(screen.getByRole("switch", { name: "Priority: fill it" })).toBeDisabled();
    fireEvent.click(await cell(/^Priority/));
    expect(screen.getByLabelText("Tell the AI what belongs here")).toBeDisabled();
    await user.keyboard("n");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("begins empty: it says why that is fine and offers the one way on", async () => {
    const { user } = show("/mappings?c=Salesforce");
    await user.click(await screen.findByRole("button", { name: /Add a column$/ }));
    const picker = await screen.findByRole("dialog", { name: "Add a column" });
    expect(within(picker).getByText("Required")).toBeInTheDocument();
    expect(await faults()).toEqual([]);
  });
});

describe("a new mapping", () => {
  it("is found by type, added, told what it means and saved as the next version", async () => {
    const shown = await open();
    const { user, host } = shown;
    await user.keyboard("n");
    const field = await screen.findByPlaceholderText(/Title, name or type/);
    await waitFor(() => expect(field).toHaveFocus());
    await user.type(field, "decimal");
    expect(screen.getByText(/No column of Case is called “decimal”/)).toBeInTheDocument();
    await user.clear(field);
    await user.type(field, "check-in");
    await user.keyboard("{Enter}");
    const words = await screen.findByLabelText("Tell the AI what belongs here");
    await waitFor(() => expect(words, "the next thing to do has the focus").toHaveFocus());
    await user.type(words, "When they can check in");
    fireEvent.click(await cell(/^Callback time/));
    fireEvent.click(screen.getByRole("button", { name: "Remove the mapping of Callback time" }));
    expect(await screen.findByText("2 unsaved")).toBeInTheDocument();
    await save(shown);
    await screen.findByText("Saved as version 15");
    const { mappings, based_on } = first(saved(shown)).input as { mappings: { column: string; instruction: string }[]; based_on: number };
    expect(based_on).toBe(14);
    expect(mappings.find((one) => one.column === "UsrCheckInTime")?.instruction).toBe("When they can check in");
    expect((await host.call("mappings_show", { connection: "Creatio" })).set.version).toBe(15);
  });

  it("cannot be made of a column that is mapped or closed, and the picker says why", async () => {
    const { user } = await open();
    await user.keyboard("n");
    await screen.findByPlaceholderText(/Title, name or type/);
    expect(screen.getByRole("option", { name: /Priority/ })).toHaveAttribute("aria-disabled", "true");
    expect(screen.getByRole("option", { name: /Number.*may not write it/ })).toHaveAttribute("aria-disabled", "true");
  });
});

describe("the editor", () => {
  const chooseSource = (name: string) => fireEvent.click(screen.getByRole("radio", { name }));

  it("reads a value as the column's type, says at the field what is wrong, and saves nothing until it is right", async () => {
    const shown = await open();
    fireEvent.click(await cell(/^Callback time/));
    fireEvent.click(screen.getByRole("button", { name: "Remove the mapping of Callback time" }));
    fireEvent.click(await cell(/^Party size/));
    chooseSource("Static");
    const field = await screen.findByLabelText("Always this value");
    fireEvent.change(field, { target: { value: "two" } });
    expect(await screen.findByText("A whole number, such as 12.")).toBeInTheDocument();
    expect(field).toHaveAttribute("aria-invalid", "true");
    await save(shown);
    await waitFor(() => expect(screen.getByRole("button", { name: "1 to correct" })).toBeInTheDocument());
    expect(saved(shown)).toEqual([]);
    fireEvent.change(field, { target: { value: "2" } });
    await save(shown);
    await screen.findByText("Saved as version 15");
    const { mappings } = first(saved(shown)).input as { mappings: { column: string; source: unknown }[] };
    expect(mappings.find((one) => one.column === "UsrPartySize")?.source).toEqual({ from: "static", value: 2 });
  });

  it("says in words what sureness and overwriting mean", async () => {
    await open();
    fireEvent.click(await cell(/^Priority/));
    fireEvent.change(screen.getByRole("slider", { name: "Unsure means under" }), { target: { value: "95" } });
    expect(screen.getByText("Only what stands there word for word counts as sure.")).toBeInTheDocument();
    fireEvent.change(screen.getByLabelText("If it has a value"), { target: { value: "always" } });
    expect(screen.getByText(/even over what a person typed/)).toBeInTheDocument();
    fireEvent.change(screen.getByLabelText("When unsure"), { target: { value: "suggest" } });
    expect(screen.getByText(/beside the case in the inbox/)).toBeInTheDocument();
  });

  it("puts a value that is gone right with one choice, synonyms and all", async () => {
    await open("/mappings?m=UsrProductAreaId");
    const note = screen.getByText("A value of Product area is gone from Creatio.").closest<HTMLElement>("[role=alert]");
    if (!note) throw new Error("no alarm");
    fireEvent.change(within(note).getByLabelText("Instead of Flight change fees"), { target: { value: "50000000-0000-4000-8000-000000000002" } });
    fireEvent.click(within(note).getByRole("button", { name: "Replace" }));
    expect(await screen.findByText(/Corrected here/)).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: "7 synonyms" }));
    expect(await screen.findByLabelText("Changes and fees")).toHaveValue("change fee, rebooking fee");
    expect(await faults()).toEqual([]);
  });

  it("warns when one word would mean two values", async () => {
    const { user } = await open("/mappings?m=UsrProductAreaId");
    await user.click(screen.getByRole("button", { name: /7 synonyms/ }));
    fireEvent.change(await screen.findByLabelText("Refunds"), { target: { value: "money back, Ticket" } });
    expect(screen.getAllByText(/also means another value/)).toHaveLength(2);
  });

  it("offers the column that a renamed one became", async () => {
    await open("/mappings?m=UsrCallbackTime");
    expect(screen.getByLabelText("Column to use instead")).toHaveValue("UsrCallbackOn");
    fireEvent.click(screen.getByRole("button", { name: "Use it" }));
    expect(await screen.findByText(/Corrected here/)).toBeInTheDocument();
    expect(await titles()).toContain("Callback time");
  });

  it("shows what a template makes of the chosen conversation", async () => {
    await open("/mappings?m=UsrCasebridgeUrl");
    const field = await screen.findByLabelText("Text with places in it");
    fireEvent.change(field, { target: { value: "{contact.name} / {session.summary}" } });
    expect(await screen.findByText(/^Lucía Fernández-Oyarzábal de la Torre \/$/)).toBeInTheDocument();
    expect(screen.getByText("Without a value here: session.summary.")).toBeInTheDocument();
  });

  it("finds a row of an object that has too many to list", async () => {
    const { user } = await open();
    await user.keyboard("n");
    await user.type(await screen.findByPlaceholderText(/Title, name or type/), "account{Enter}");
    await waitFor(() => expect(screen.getByRole("heading", { name: "Account" })).toBeInTheDocument());
    chooseSource("Static");
    const field = await screen.findByRole("combobox", { name: "Always this value" });
    await user.type(field, "jonas");
    await waitFor(() => expect(within(screen.getByRole("listbox", { name: "Always this value" })).getAllByRole("option").map((one) => one.textContent)).toEqual(["Jonas Weber"]));
    await user.keyboard("{Enter}");
    expect(field).toHaveValue("Jonas Weber");
  });
});

describe("a dry run", () => {
  it("shows value, sureness and outcome, and marks the words that the chosen value was taken from", async () => {
    const { user, host } = await open();
    await user.keyboard("{Control>}{Enter}{/Control}");
    const list = await screen.findByRole("listbox", { name: "What would be written" });
    expect(within(list).getByRole("option", { name: /^Refund amount, ?214\.60 EUR, ?Daniel Reyes set it at 14:10\., ?97 % ?sure, ?Kept as it is$/ })).toBeInTheDocument();
    expect(within(list).getByRole("option", { name: /^VIP.*Would be refused$/ })).toBeInTheDocument();
    fireEvent.click(within(list).getByRole("option", { name: /^Booking reference/ }));
    const strong = () => [...document.querySelectorAll("mark.on")].map((one) => one.textContent);
    await waitFor(() => expect(strong()).toEqual(["RK7-44QD1"]));
    list.focus();
    await user.keyboard("{ArrowDown}");
    expect(strong()).toEqual(["Monday the 23rd1"]);
    expect(screen.getByText("evidence for Travel date")).toBeInTheDocument();
    expect(await cell(/^Travel date/), "the list follows").toHaveAttribute("tabindex", "0");
    expect(host.calls.some((one) => one.command === "mappings_save")).toBe(false);
    expect(await faults()).toEqual([]);
  });

  it("tries the mappings as they stand in the editor, and says when they were changed since", async () => {
    const { user, host } = await open("/mappings?m=UsrBookingRef");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByRole("listbox", { name: "What would be written" });
    expect(screen.queryByText(/changed since this run/)).not.toBeInTheDocument();
    fireEvent.change(screen.getByRole("slider", { name: "Unsure means under" }), { target: { value: "100" } });
    expect(await screen.findByText(/changed since this run/)).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: /Run again/ }));
    expect(await screen.findByRole("option", { name: /^Booking reference.*Unsure, left blank$/ })).toBeInTheDocument();
    const asked = host.calls.filter((one) => one.command === "mappings_dry_run").at(-1)?.input as { mappings: ReturnType<typeof fakeMappings> };
    expect(asked.mappings.find((one) => one.column === "UsrBookingRef")?.threshold).toBe(100);
  });

  it("puts several conversations side by side, and opens the one that is chosen", async () => {
    const { user } = await open();
    fireEvent.click(await screen.findByRole("button", { name: /^Conversations: Lucía/ }));
    const find = await screen.findByRole("combobox", { name: "Find a conversation" });
    await waitFor(() => expect(screen.getByRole("option", { name: /Chidi/ })).toBeInTheDocument());
    find.focus();
    await user.keyboard(" {ArrowDown} {Enter}");
    const table = await screen.findByRole("grid", { name: /by conversation/ });
    expect(within(table).getAllByRole("columnheader").map((one) => one.textContent)).toEqual(["Field", "Filled", expect.stringMatching(/^Lucía/), "Chidi Okonkwo"]);
    expect(within(within(table).getByRole("row", { name: /^Booking reference/ })).getByText("1 of 2")).toBeInTheDocument();
    fireEvent.click(within(table).getByRole("button", { name: /^Chidi Okonkwo, Booking reference/ }));
    await user.keyboard("{ArrowLeft}");
    await waitFor(() => expect(within(table).getByRole("button", { name: /^Lucía.*, Booking reference, RK7-44QD/ })).toHaveFocus());
    expect([...document.querySelectorAll("mark.on")].map((one) => one.textContent)).toEqual(["RK7-44QD1"]);
    expect(await faults()).toEqual([]);
  });

  it("that fails says so in its pane and keeps what was shown", async () => {
    const { user, host } = await open();
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByRole("listbox", { name: "What would be written" });
    host.fail("mappings_dry_run", new CallError("unavailable", "the provider did not answer", "try again, or use the built-in analyst"));
    fireEvent.click(screen.getByRole("button", { name: /^Run$/ }));
    expect(await screen.findByText("The dry run did not come through.")).toBeInTheDocument();
    expect(screen.getByText(/Nothing was written/)).toBeInTheDocument();
    expect(screen.getByRole("listbox", { name: "What would be written" })).toBeInTheDocument();
  });
});

describe("versions", () => {
  it("are compared, and an old one comes back as a draft that saving makes the newest", async () => {
    const shown = await open();
    fireEvent.click(screen.getByRole("button", { name: "Versions" }));
    const list = await screen.findByRole("listbox", { name: /Versions/ });
    await waitFor(() => expect(list).toHaveFocus());
    await shown.user.keyboard("{ArrowDown}");
    expect(await screen.findByText("Restoring version 13 would")).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: "Restore version 13 as a draft" }));
    expect(await titles()).toHaveLength(6);
    await save(shown);
    await screen.findByText("Saved as version 15");
  });

  it("of two people meet: mine go on top of theirs, and nothing is overwritten unseen", async () => {
    const shown = await open("/mappings?m=PriorityId");
    const { host } = shown;
    const drop = async () => {
      fireEvent.click(await cell(/^Callback time/));
      fireEvent.click(screen.getByRole("button", { name: "Remove the mapping of Callback time" }));
    };
    await drop();
    const theirs = fakeMappings().filter((one) => one.column !== "UsrCallbackTime").map((one) => (one.column === "Subject" ? { ...one, instruction: "theirs" } : one));
    await host.call("mappings_save", { connection: "Creatio", based_on: 14, mappings: theirs });
    await save(shown);
    expect(await screen.findByText(/saved version 15 while you were changing version 14/)).toBeInTheDocument();
    const fits = screen.queryByRole("button", { name: "Compare" });
    if (fits) fireEvent.click(fits);
    fireEvent.click(await screen.findByRole("button", { name: "Put mine on top of theirs" }));
    fireEvent.click(await cell(/^Subject/));
    expect(screen.getByLabelText("Tell the AI what belongs here")).toHaveValue("theirs");
  });

  it("unsaved ones are not left by accident", async () => {
    const { user, history } = await open();
    (await cell(/^Priority/)).focus();
    fireEvent.click(screen.getByRole("switch", { name: "Priority: fill it" }));
    await user.keyboard("gd");
    const asked = await screen.findByRole("dialog", { name: "Leave without saving?" });
    fireEvent.click(within(asked).getByRole("button", { name: "Stay" }));
    expect(history.location.pathname).toBe("/mappings");
    expect(screen.getByText(/^1 unsaved/)).toBeInTheDocument();
  });
});

describe("export and import", () => {
  it("an import is checked against this CRM, says what would change, and becomes a draft", async () => {
    const shown = await open();
    const { text } = await shown.host.call("mappings_export", { connection: "Creatio" });
    const other = JSON.parse(text) as { mappings: { column: string }[] };
    other.mappings = other.mappings.slice(0, 3);
    fireEvent.click(screen.getByRole("button", { name: /Export/ }));
    fireEvent.click(await screen.findByRole("radio", { name: "Import" }));
    fireEvent.change(screen.getByLabelText("The export to import"), { target: { value: "not an export" } });
    fireEvent.click(screen.getByRole("button", { name: "Check" }));
    expect(await screen.findByText(/This is no export of mappings.*Nothing was changed/)).toBeInTheDocument();
    fireEvent.change(screen.getByLabelText("The export to import"), { target: { value: JSON.stringify(other) } });
    fireEvent.click(screen.getByRole("button", { name: "Check" }));
    expect(await screen.findByText("All 3 mappings fit here.")).toBeInTheDocument();
    expect(screen.getByText(/9 taken away/)).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: "Take it in as a draft" }));
    expect(await titles()).toHaveLength(3);
    expect(saved(shown)).toEqual([]);
  });
});

describe("who reads the conversations", () => {
  it("can be a language model with a key that is never shown again", async () => {
    const { host } = await open();
    fireEvent.click(await screen.findByRole("button", { name: "Change" }));
    fireEvent.click(await screen.findByRole("radio", { name: /A language model/ }));
    fireEvent.click(screen.getByRole("button", { name: "Save and test" }));
    expect(screen.getByText(/Say which model/)).toBeInTheDocument();
    fireEvent.change(screen.getByLabelText("Model"), { target: { value: "small" } });
    fireEvent.change(screen.getByLabelText("Key"), { target: { value: "k-1" } });
    fireEvent.click(screen.getByRole("button", { name: "Save and test" }));
    expect(await screen.findByText(/small answered in 0\.4 s/i)).toBeInTheDocument();
    expect(screen.getByLabelText("Key"), "the key leaves the page once it is stored").toHaveValue("");
    expect(host.calls.find((one) => one.command === "analyst_set")?.input).toMatchObject({ kind: "provider", key: "k-1", base_url: "https://api.openai.com/v1" });
  });
});

describe("when the CRM does not answer", () => {
  it("old columns stay, marked with their age", async () => {
    const { host } = await open();
    host.fail("columns_list", new CallError("unavailable", "Creatio did not answer"));
    fireEvent.click(screen.getByRole("button", { name: /Columns read .* from Creatio/ }));
    expect(await screen.findByText("Columns not read")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: /Add a column: 22 in Case/ })).toBeInTheDocument();
  });

  it("a first reading that fails says what is safe, and tries again", async () => {
    const shown = show("/mappings");
    shown.host.fail("columns_list", new CallError("unavailable", "Creatio did not answer"));
    expect(await screen.findByText("The columns of Creatio could not be read")).toBeInTheDocument();
    shown.host.fail("columns_list", null);
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await grid();
  });
});

describe("a value that nobody was sure enough of", () => {
  it("waits beside the case with its evidence, and is taken or put away by a person", async () => {
    const { user, host } = show("/inbox/all?s=ses_70482");
    const part = await screen.findByRole("region", { name: "Suggested for the case" });
    expect(within(part).getByText("64 % sure")).toBeInTheDocument();
    expect(within(part).getByText("need the money back before that")).toBeInTheDocument();
    await user.click(within(part).getByRole("button", { name: "Take it: write High to Priority" }));
    await waitFor(() => expect(within(part).queryByText("Priority")).not.toBeInTheDocument());
    await user.click(within(part).getByRole("button", { name: "Put away: 2 for Party size" }));
    await waitFor(() => expect(screen.queryByText("Suggested for the case")).not.toBeInTheDocument());
    const told = host.calls.filter((one) => one.command.startsWith("suggestion_")).map((one) => [one.command, one.input]);
    expect(told).toEqual([
      ["suggestion_take", { session: "ses_70482", connection: "Creatio", mapping: "00000000-0000-4000-8000-000000000003" }],
      ["suggestion_dismiss", { session: "ses_70482", connection: "Creatio", mapping: "00000000-0000-4000-8000-000000000011" }],
    ]);
  });
});
