import type { CommandName } from "./commands";

/** What the engine answers out of its own memory. */
const USUAL_MS = 30_000;
/** What waits for a CRM or a model, some of it for one call after the other: the engine gives up first, and then says on what. */
const FAR_MS = 5 * 60_000;

const FAR: ReadonlySet<CommandName> = new Set<CommandName>([
  "analyst_test", "mappings_dry_run", "mappings_check", "mappings_import", "mappings_save", "columns_list", "lookup_values", "suggestion_take",
  "connection_add", "connection_set", "connection_test", "connection_try", "connection_try_and_add", "connection_try_and_set", "connection_remove", "connection_take_over",
  "sign_in_begin", "sign_in_paste",
  "kit_state", "kit_deploy", "kit_progress", "crm_choices", "crm_people", "replies_preview", "case_preview", "case_decide", "case_look",
  "public_address_test", "sandbox_start",
]);

/** How long a command's answer is waited for, in ms. */
export const patienceFor = (command: string): number => (FAR.has(command as CommandName) ? FAR_MS : USUAL_MS);
