import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
import { sessionRows } from "../src/host/fake-data";
import { faults, first, show } from "./show";

const changes = (host: ReturnType<typeof show>["host"]) => host.calls.filter((call) => call.command === "case_decide");

describe("which case a conversation has", () => {
  it("says the consequence with counts before anything changes", async () => {
    const { user, host } = show("/links");
    await user.click(first(await screen.findAllByRole("button", { name: /Change the case of Lucía/ })));
    const sheet = await screen.findByRole("dialog", { name: /Case of Lucía/ });
    await user.type(within(sheet).getByRole("textbox", { name: /Case in/ }), "SR00010999");
    await within(sheet).findByText(/0 of it go to the customer/);
    expect(sheet).toHaveTextContent("0messages to customers");
    expect(changes(host)).toHaveLength(0);
    expect(await faults()).toEqual([]);
    await user.click(within(sheet).getByRole("button", { name: /Link this case/ }));
    await screen.findByText("Linked with SR00010999");
    expect(changes(host)[0]?.input).toMatchObject({ to: { kind: "case", named: "SR00010999" } });
  });

  it("refuses in the CRM's words and keeps what was typed", async () => {
    const { user, host } = show("/links");
    await user.click(first(await screen.findAllByRole("button", { name: /Change the case of/ })));
    const sheet = await screen.findByRole("dialog");
    const field = within(sheet).getByRole("textbox", { name: /Case in/ });
    await user.type(field, "nothing there");
    await within(sheet).findByText(/There is no case in the CRM/);
    expect(field).toHaveValue("nothing there");
    expect(within(sheet).getByRole("button", { name: /Decide/ })).toBeDisabled();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(changes(host)).toHaveLength(0);
  });

  it("unlinks with the keyboard alone", async () => {
    const { user, host } = show("/inbox/all?s=ses_70482");
    await screen.findByText("You hold this conversation.");
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("l");
    const sheet = await screen.findByRole("dialog", { name: /Case of/ });
    await user.keyboard("{ArrowDown}");
    await within(sheet).findByText(/nothing is taken from it/);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(changes(host)[0]?.input).toMatchObject({ session: "ses_70482", to: { kind: "nothing" } }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("offers the ways on that fit a lost case, the likeliest first", async () => {
    const rows = structuredClone(sessionRows());
    const lost = first(rows.filter((row) => row.case));
    Object.assign(lost.case ?? {}, { state: "merged", merged_into: "0f8fad5b-d9cb-469f-a165-70867728950e" });
    lost.contact_name = "Merged One";
    const { user } = show("/links", { rows });
    await user.click(await screen.findByRole("button", { name: "Change the case of Merged One" }));
    const sheet = await screen.findByRole("dialog");
    const ways = within(sheet).getAllByRole("radio").map((one) => one.closest("label")?.textContent);
    expect(ways[0]).toContain("Follow the surviving case");
    await within(sheet).findByText(/1 message that is not there yet/);
    await user.click(within(sheet).getByRole("button", { name: /Follow the survivor/ }));
    await screen.findByText("Goes on in SR00010999");
  });

  it("shows a reader the same with whom to ask", async () => {
    const { user } = show("/links", { role: "viewer" });
    await user.click(first(await screen.findAllByRole("button", { name: /Change the case of/ })));
    const sheet = await screen.findByRole("dialog");
    expect(sheet).toHaveTextContent("Ask an agent or an admin");
    expect(within(sheet).queryByRole("button", { name: /Unlink|Link this case|Decide/ })).toBeNull();
  });

  it("keeps the sheet open when somebody else was faster", async () => {
    const { user, host } = show("/links");
    await user.click(first(await screen.findAllByRole("button", { name: /Change the case of/ })));
    const sheet = await screen.findByRole("dialog");
    await user.type(within(sheet).getByRole("textbox", { name: /Case in/ }), "SR00010999");
    await within(sheet).findByText(/0 of it go to the customer/);
    host.fail("case_decide", new CallError("conflict", "the conversation's case was changed by somebody else meanwhile", "look at it again, then decide", null, 409));
    await user.click(within(sheet).getByRole("button", { name: /Link this case/ }));
    await within(sheet).findByText(/changed by somebody else meanwhile/);
  });
});

describe("who I am, and what I look for often", () => {
  it("is said in Settings and picked from the CRM", async () => {
    const { user, host } = show("/settings");
    const form = await screen.findByRole("form", { name: "Profile" });
    await user.selectOptions(within(form).getByRole("combobox", { name: "You in the CRM" }), "Creatio");
    await user.selectOptions(await within(form).findByRole("combobox", { name: "Person in Creatio" }), await within(form).findByRole("option", { name: "Mira Kovač" }));
    await user.click(within(form).getByRole("button", { name: "Save profile" }));
    await screen.findByText("Your profile is saved");
    expect(host.calls.find((call) => call.command === "profile_set")?.input).toEqual({ name: "Mira Kovač", connection: "Creatio", crm_user: "u2" });
  });

  it("keeps a search by keyboard, finds it again, and says when a name is taken", async () => {
    const { user, host, history } = show("/inbox/all");
    const field = await screen.findByRole("searchbox", { name: /Search people/ });
    await user.type(field, "refund");
    const keep = async (name: string) => {
      (document.activeElement as HTMLElement).blur();
      await user.keyboard("f");
      await user.click(await screen.findByRole("menuitem", { name: "Keep this search…" }));
      const sheet = await screen.findByRole("dialog", { name: "Keep this search" });
      await user.clear(within(sheet).getByRole("textbox", { name: "Name" }));
      await user.type(within(sheet).getByRole("textbox", { name: "Name" }), `${name}{Enter}`);
      return sheet;
    };
    await keep("Money back");
    await screen.findByText("“Money back” is kept");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.clear(screen.getByRole("searchbox", { name: /Search people/ }));
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("f");
    await user.click(await screen.findByRole("menuitem", { name: /Money back/ }));
    await waitFor(() => expect(history.location.href).toContain("q=refund"));
    expect(await screen.findByRole("searchbox", { name: /Search people/ })).toHaveValue("refund");
    await user.type(screen.getByRole("searchbox", { name: /Search people/ }), "s");
    const sheet = await keep("Money back");
    await within(sheet).findByText(/is the name of another filter/);
    expect(host.calls.filter((call) => call.command === "filter_save")).toHaveLength(2);
  });
});
