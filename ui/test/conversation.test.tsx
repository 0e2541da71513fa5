import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
import { channelLimit } from "../src/features/conversation/limits";
import { show } from "./show";

const MINE = "/inbox/all?s=ses_70482";
const AI = "/inbox/all?s=ses_70479";
const field = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: /^Reply to/ });

describe("a conversation", () => {
  it("is locked while the AI holds it; T takes it over and puts the focus into the text", async () => {
    const { user, host } = show(AI);
    await screen.findByText("AI holds this conversation.");
    expect(await field()).toHaveAttribute("readonly");
    const pane = screen.getByRole("region", { name: "Conversation" });
    expect(pane.querySelectorAll(".btn.p")).toHaveLength(1);
    expect(within(pane).queryByRole("button", { name: /^Send/ })).not.toBeInTheDocument();
    await user.keyboard("t");
    await screen.findByText("You hold this conversation.");
    await waitFor(async () => expect(await field()).toHaveFocus());
    expect(host.calls.some((call) => call.command === "session_take_over")).toBe(true);
    await screen.findByText(/You took over at/);
  });

  it("keeps the draft when somebody else was first, and says who", async () => {
    const { user, host } = show(MINE);
    await screen.findByText("You hold this conversation.");
    await user.type(await field(), "A draft that must stay");
    const row = host.rows.find((one) => one.id === "ses_70482");
    if (row) row.holder = { kind: "person", name: "Daniel Reyes", me: false };
    host.tell("sessions");
    await screen.findByText(/holds this conversation/, { selector: "b" });
    await user.click(await screen.findByRole("button", { name: /Take over/ }));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("Daniel Reyes took this conversation over 4 s ago.");
    expect(alert).toHaveTextContent("Your draft is kept.");
    expect(await field()).toHaveValue("A draft that must stay");
  });

  it("sends with Ctrl+Enter; a failed send keeps the draft, and the same text is the same reply", async () => {
    const { user, host } = show(MINE);
    await screen.findByText("You hold this conversation.");
    host.fail("session_reply", new CallError("unreachable", "The engine does not answer."));
    await user.type(await field(), "On Friday at the latest.");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Not sent: The engine does not answer.");
    expect(await field()).toHaveValue("On Friday at the latest.");
    host.fail("session_reply", null);
    await user.click(screen.getByRole("button", { name: /Send again/ }));
    await waitFor(async () => expect(await field()).toHaveValue(""));
    const ids = host.calls.filter((call) => call.command === "session_reply").map((call) => call.input.id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(await within(screen.getByRole("log")).findByText("On Friday at the latest.")).toBeInTheDocument();
  });

  it("keeps a draft of each conversation when another one is opened", async () => {
    const { user, history } = show(MINE);
    await screen.findByText("You hold this conversation.");
    await user.type(await field(), "Half a sentence");
    history.push(AI);
    await screen.findByText("AI holds this conversation.");
    expect(await field()).toHaveValue("");
    history.push(MINE);
    await screen.findByText("You hold this conversation.");
    expect(await field()).toHaveValue("Half a sentence");
  });

  it("shows a held reply with its reason in the conversation, and delivers it", async () => {
    const { user, host } = show(MINE);
    const held = await screen.findByRole("region", { name: "Held replies" });
    expect(held).toHaveTextContent("internal feed post");
    await user.click(within(held).getByRole("button", { name: /Deliver to Lucía/ }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Held replies" })).not.toBeInTheDocument());
    expect(host.calls.find((call) => call.command === "replies_release")?.input).toEqual({ reply: "rep_2", session: "ses_70482" });
  });

  it("says where a reply was written and whether it arrived", async () => {
    show(MINE);
    const log = await screen.findByRole("log");
    await within(log).findByText("wrote in Creatio");
    expect(within(log).getByText("Reached WhatsApp")).toBeInTheDocument();
    expect(within(log).getByText(/Status New → In progress/)).toBeInTheDocument();
  });

  it("folds reasoning and tool calls; X opens them", async () => {
    const { user } = show(MINE);
    const fold = await screen.findByRole("button", { name: /Reasoning and 2 tool calls/ });
    expect(fold).toHaveAttribute("aria-expanded", "false");
    await user.keyboard("x");
    expect(fold).toHaveAttribute("aria-expanded", "true");
    expect(screen.getByText("Refused: over 200 €")).toBeInTheDocument();
  });

  it("shows a tool call's arguments and result when it is opened", async () => {
    const { user } = show(MINE);
    await screen.findByRole("button", { name: /Reasoning and 2 tool calls/ });
    await user.keyboard("x");
    await user.click(screen.getByText(/^find_payments\(/));
    const [given] = await screen.findAllByRole("region", { name: "Arguments" });
    expect(given).toHaveTextContent("RK7-44QD");
  });

  it("shows what the analyst read at the handoff: folded where the source told the matter itself", async () => {
    const { user, host } = show(MINE);
    const card = await screen.findByRole("group", { name: "Handoff" });
    expect(card).toHaveTextContent("Wants the refund before flying on 23 November.");
    const fold = within(card).getByRole("button", { name: /^Summary by built-in analyst/ });
    expect(fold).toHaveAttribute("aria-expanded", "false");
    await user.click(fold);
    expect(card).toHaveTextContent("The customer was charged twice and asks for the money back before Monday.");
    expect(within(card).getByText("English")).toBeInTheDocument();
    host.log.get("ses_70482")?.push({ id: "evt_again", seq: 902, at: new Date().toISOString(), recorded_at: new Date().toISOString(), kind: "handed_off", body: { reason: null, summary: null, language: null, sentiment: null }, echo_of: null });
    host.tell("session:ses_70482");
    await waitFor(() => expect(screen.getAllByRole("group", { name: "Handoff" })).toHaveLength(2));
    const again = await waitFor(() => {
      const [before, newest] = screen.getAllByRole("group", { name: "Handoff" });
      expect(before, "it was read again: the newest handoff has it").not.toHaveTextContent("by built-in analyst");
      return newest as HTMLElement;
    });
    expect(within(again).getByRole("button", { name: /^Summary/ })).toHaveAttribute("aria-expanded", "true");
  });

  it("reads a new message out, and no older one", async () => {
    const { host } = show(AI);
    const news = await screen.findByRole("status", { name: "New message" });
    expect(news).toBeEmptyDOMElement();
    const one = host.log.get("ses_70479")?.at(-1);
    host.log.get("ses_70479")?.push({ id: "evt_new", seq: 900, at: new Date().toISOString(), recorded_at: new Date().toISOString(), kind: "message", body: { from: "customer", author: null, text: "Are you still there?" }, echo_of: one?.echo_of ?? null });
    host.tell("session:ses_70479");
    await waitFor(() => expect(news).toHaveTextContent(/: Are you still there\?$/));
    expect(screen.getByRole("log"), "the log itself is silent, or older pages would be read out as news").toHaveAttribute("aria-live", "off");
  });

  it("shows how a very long message begins, and all of it when asked", async () => {
    const { user, host } = show(AI);
    await screen.findByText("AI holds this conversation.");
    const text = `${"word ".repeat(2_000)}the very end`;
    host.log.get("ses_70479")?.push({ id: "evt_long", seq: 901, at: new Date().toISOString(), recorded_at: new Date().toISOString(), kind: "message", body: { from: "customer", author: null, text }, echo_of: null });
    host.tell("session:ses_70479");
    await user.click(await screen.findByRole("button", { name: /^Show the other [\d,]+ characters$/ }));
    expect(within(screen.getByRole("log")).getByText(/the very end$/)).toBeInTheDocument();
  });

  it("leads back to the list with Escape", async () => {
    const { user } = show(MINE);
    await user.click(await field());
    await user.keyboard("{Escape}");
    expect(screen.getByRole("listbox", { name: /^Sessions/ })).toHaveFocus();
    screen.getByRole("log").focus();
    await user.keyboard("{Escape}");
    expect(screen.getByRole("listbox", { name: /^Sessions/ })).toHaveFocus();
  });

  it("says what is on its way, and the channel's limit where one is known", async () => {
    const hour = 3_600_000;
    const now = Date.parse("2026-11-21T12:00:00Z");
    const ago = (hours: number) => new Date(now - hours * hour).toISOString();
    expect(channelLimit("whatsapp", ago(21), now)).toMatchObject({ text: "3 h left", over: false });
    expect(channelLimit("whatsapp", ago(25), now)).toMatchObject({ over: true });
    expect(channelLimit("whatsapp", ago(1), now), "what is far off is no news").toBeNull();
    expect(channelLimit("email", ago(25), now), "nothing is known of others").toBeNull();
  });

  it("gives a viewer nothing to press", async () => {
    show(AI, { role: "viewer" });
    await screen.findByText(/You may read this conversation/);
    expect(screen.queryByRole("button", { name: /Take over|Resolve|Assign/ })).not.toBeInTheDocument();
  });

  it("leaves single keys alone while somebody writes", async () => {
    const { user, host } = show(MINE);
    await screen.findByText("You hold this conversation.");
    await user.type(await field(), "take each");
    expect(await field()).toHaveValue("take each");
    expect(host.calls.some((call) => call.command === "session_resolve")).toBe(false);
  });
});
