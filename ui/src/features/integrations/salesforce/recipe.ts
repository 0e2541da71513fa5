import type { KitFilesView } from "../../../generated";
import { ADDRESS, type Element } from "../recipes";

/** The External Client App: what an admin of the org makes once, before anybody can sign in. */
export function appSteps(redirects: string[], secret: boolean): Element[] {
  return [
    {
      title: "Setup, External Client App Manager: New External Client App", why: "An admin of the org makes it, in the org itself. A Connected App that is there already can be used as well; Salesforce makes no new ones.",
      values: [{ name: "Name", value: "Casebridge", copy: true }, { name: "Distribution state", value: "Local", why: "it stays in your org" }],
    },
    {
      title: "In it: enable OAuth", why: "Salesforce compares the address of the return letter by letter, port and path included. Enter each on a line of its own.",
      values: [
        { name: "Callback URL", value: redirects.join("\n"), copy: true },
        { name: "OAuth scopes", value: "Manage user data via APIs (api)\nPerform requests at any time (refresh_token, offline_access)", why: "no more is needed" },
      ],
    },
    {
      title: "Security", why: "With PKCE and rotation on, a copied token is worth little. Both are taken care of here.",
      values: [
        { name: "Require PKCE", value: "on" },
        { name: "Require secret for web server flow", value: secret ? "on" : "off", why: secret ? "this engine keeps the secret" : "a desktop keeps no secret of the company" },
        { name: "Refresh token rotation", value: "on" },
      ],
    },
    {
      title: "Policies: who may use it", why: "Either all users may authorise themselves, or an admin approves the user who signs in here. Salesforce takes up to ten minutes until a new app works.",
      values: [{ name: "Permitted users", value: "All users can self-authorize, or the user approved by profile or permission set" }],
    },
    { title: "Settings, OAuth settings: Consumer key and secret", why: "The key is the Client ID below.", values: [] },
  ];
}

/** What is done by hand so that the triggers may call, with the webhook's address in the place where it is needed. */
export function triggerSteps(steps: KitFilesView["steps"]): Element[] {
  return steps.map(({ place, action, values }) => ({
    title: place, why: action,
    values: values.map(([name, value]) => ({ name, value: name === "URL" ? ADDRESS : value, copy: name === "URL" || name === "Command" || name.startsWith("Label") })),
  }));
}
