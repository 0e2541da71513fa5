import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
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

  it("shows a held reply with its reason, and releases it", async () => {
    const { user, host } = show(MINE);
    const held = await screen.findByRole("region", { name: "Held replies" });
    expect(held).toHaveTextContent("internal feed post");
    await user.click(within(held).getByRole("button", { name: "Release to Lucía" }));
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
