import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
import { faults, first, hold, show } from "./show";

const lost = new CallError("crm", "Salesforce did not answer", "try again");

describe("a deployment of the kit", () => {
  it("goes on when a look at it is lost: that is said, and it is looked at again until it has ended", async () => {
    const { user, host } = show("/integrations/Salesforce");
    await screen.findByRole("table", { name: "What the org has of the kit" });
    host.fail("kit_progress", lost);
    await user.click(screen.getByRole("button", { name: "Deploy" }));
    expect(await screen.findByText(/It goes on in Salesforce\. How it stands could not be read/)).toBeInTheDocument();
    expect(screen.queryByText(/Nothing was changed in the org/), "nobody knows that").not.toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Deploy" }), "a second one beside it is not offered").toBeDisabled();
    expect(await faults()).toEqual([]);
    host.fail("kit_progress", null);
    await screen.findByText("Deployed.");
    expect(screen.queryByText(/could not be read/)).not.toBeInTheDocument();
    await waitFor(() => expect(screen.getByRole("button", { name: "Deploy again" })).toBeEnabled());
  }, 60_000);

  it("that was refused changed nothing; of one whose answer is lost nobody says so", async () => {
    const { user, host } = show("/integrations/Salesforce");
    await screen.findByRole("table", { name: "What the org has of the kit" });
    host.fail("kit_deploy", new CallError("forbidden", "the user may not change metadata", "let an admin deploy it"));
    await user.click(screen.getByRole("button", { name: "Deploy" }));
    expect(await screen.findByText(/Nothing was changed in the org/)).toBeInTheDocument();
    host.fail("kit_deploy", new CallError("unreachable", "The engine does not answer."));
    await user.click(screen.getByRole("button", { name: "Deploy" }));
    expect(await screen.findByText(/Whether it was begun is not known/)).toBeInTheDocument();
    expect(screen.queryByText(/Nothing was changed in the org/)).not.toBeInTheDocument();
  });
});

describe("a sign-in", () => {
  it("of which nothing is known is not called connected", async () => {
    const shown = show("/inbox/all");
    const list = shown.host.call;
    shown.host.call = (async (command: "connection_list", input: object) => {
      const answer = await list(command, input);
      return command === "connection_list" ? answer.map((one) => ({ ...one, access: undefined })) : answer;
    }) as typeof list;
    shown.history.push("/integrations/Salesforce");
    expect(await screen.findByText("How the sign-in stands is not known: the place of secrets does not answer.")).toBeInTheDocument();
    expect(screen.queryByText(/^Connected as/)).not.toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Sign in again" })).toBeEnabled();
  });

  it("can be cancelled while its answer is redeemed", async () => {
    const { user, host } = show("/integrations/new/salesforce");
    const box = async (name: string) => first(await screen.findAllByLabelText(name, { selector: "input" }));
    fireEvent.change(await box("Login URL"), { target: { value: "https://northwind.my.salesforce.com" } });
    fireEvent.change(await box("Client ID"), { target: { value: "3MVG9" } });
    await user.click(screen.getByRole("button", { name: /^Sign in, test & save/ }));
    const panel = await screen.findByRole("region", { name: "Sign-in under way" });
    const answer = hold(host, "sign_in_paste");
    await user.click(screen.getByText("Salesforce shows an error, or nothing happens"));
    fireEvent.change(await box("Final address"), { target: { value: "http://localhost:1717/oauth/salesforce/callback?code=abc&state=x" } });
    await user.click(screen.getByRole("button", { name: "Finish the sign-in" }));
    expect(await within(panel).findByText("Somebody came back.")).toBeInTheDocument();
    await user.click(within(panel).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Sign-in under way" })).not.toBeInTheDocument());
    await waitFor(() => expect(host.calls.map((one) => one.command)).toContain("sign_in_cancel"));
    expect(answer.asked(), "it was under way until then").toBe(1);
  });
});
