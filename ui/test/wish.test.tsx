import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { show } from "./show";

describe("Enter that comes before the search has found", () => {
  it("opens what the palette finds, not the latest conversation that stood there", async () => {
    const { user, host, history } = show("/inbox/all");
    const chidi = host.rows.find((one) => one.contact_name?.startsWith("Chidi"));
    await screen.findByRole("option", { name: /^Lucía/ });
    await user.keyboard("{Control>}k{/Control}");
    const field = await screen.findByPlaceholderText("Find or run");
    await screen.findByText("Latest conversations");
    await user.type(field, "chidi{Enter}");
    await waitFor(() => expect(history.location.search).toContain(chidi?.id));
    expect(screen.queryByPlaceholderText("Find or run")).not.toBeInTheDocument();
  });

  it("tries the mappings on the conversation that was typed", async () => {
    const { user, host } = show("/mappings");
    const chidi = host.rows.find((one) => one.contact_name?.startsWith("Chidi"));
    fireEvent.click(await screen.findByRole("button", { name: /^Conversations: Lucía/ }));
    await screen.findByRole("option", { name: /Lucía/ });
    await user.type(await screen.findByRole("combobox", { name: "Find a conversation" }), "chidi{Enter}");
    await waitFor(() => expect(host.calls.filter((one) => one.command === "mappings_dry_run").map((one) => one.input.sessions)).toEqual([[chidi?.id]]));
  });
});
