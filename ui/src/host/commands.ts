import type {
  AddReport, Allowed, AnalystAnswer, AnalystView, CaseEffect, CaseLinkPage, Choice, ColumnList, ConnectionView, Deliveries, Doctor, DryRun, EventPage, Explanation, Footprint, KitDeployView, KitFilesView, KitProgressView,
  KitView, LogArea, LogView, Mapping, MappingDraft, MappingProblem, MappingSet, MappingsSaved, MappingsView, MappingVersionLine, ProfileView, PublicAddress, ReplyView,
  SavedFilterView, SelfTest, SessionDetail, SessionPage, SetReport, SignInStart, TestReport, TraceView, View, ViewCounts, WebhookView, Week,
} from "../generated";

type Settings = Record<string, unknown>;
/** A record of the CRM that a choice of reply kinds would deliver. */
export type PreviewRow = { kind: string; record: string; case: string; at: string | null; author: string | null; text: string };
type Seq = { seq: number };
type Target = { kind: "new" } | { kind: "survivor" } | { kind: "nothing" } | { kind: "case"; named: string };
type Decision = { session: string; connection?: string; to: Target };

/** Every command of the console: what goes in, what comes back. */
export interface Commands {
  sessions_list: [{ view: View; query?: string; cursor?: string; limit?: number }, SessionPage];
  sessions_counts: [object, ViewCounts];
  session_open: [{ session: string }, SessionDetail];
  session_events: [{ session: string; before?: number; limit?: number }, EventPage];
  session_reply: [{ session: string; id: string; text: string }, Seq];
  session_take_over: [{ session: string }, Seq];
  session_give_back: [{ session: string }, Seq];
  session_assign: [{ session: string; to: string }, Seq];
  session_hand_off: [{ session: string; reason?: string }, Seq];
  session_resolve: [{ session: string }, Seq];
  session_reopen: [{ session: string }, Seq];
  replies_list: [object, ReplyView[]];
  replies_release: [{ reply: string; session?: string }, unknown];
  replies_discard: [{ reply: string }, unknown];
  case_links: [{ query?: string; state?: string; cursor?: string }, CaseLinkPage];
  case_preview: [Decision, CaseEffect];
  case_decide: [Decision, CaseEffect];
  case_look: [{ session: string; connection?: string }, unknown];
  profile_get: [object, ProfileView];
  profile_set: [{ name: string; connection?: string; crm_user?: string }, ProfileView];
  crm_people: [{ connection: string; query?: string }, Choice[]];
  people_known: [object, string[]];
  filters_list: [object, SavedFilterView[]];
  filter_save: [{ id?: string; name: string; view: View; query: string }, SavedFilterView];
  filter_drop: [{ id: string }, unknown];
  mappings_show: [{ connection: string }, MappingsView];
  columns_list: [{ connection: string; refresh?: boolean }, ColumnList];
  lookup_values: [{ connection: string; column: string; query?: string }, Allowed[]];
  mappings_save: [{ connection: string; based_on: number; mappings: Mapping[] }, MappingsSaved];
  mappings_check: [{ connection: string; mappings: Mapping[] }, MappingProblem[]];
  mappings_versions: [{ connection: string }, MappingVersionLine[]];
  mappings_version: [{ connection: string; version: number }, MappingSet];
  mappings_export: [{ connection: string }, { text: string }];
  mappings_import: [{ connection: string; text: string }, MappingDraft];
  mappings_dry_run: [{ connection: string; sessions: string[]; mappings?: Mapping[] }, DryRun[]];
  suggestion_take: [{ session: string; connection: string; mapping: string }, Seq];
  suggestion_dismiss: [{ session: string; connection: string; mapping: string }, Seq];
  analyst_show: [object, AnalystView];
  analyst_set: [{ kind: "built_in" | "provider"; base_url?: string; model?: string; api?: "openai" | "anthropic"; key?: string }, AnalystView];
  analyst_test: [object, AnalystAnswer];
  trace: [{ session: string }, TraceView];
  explain: [{ session: string }, Explanation[]];
  find: [{ text: string }, { session: string }];
  deliveries: [{ most?: number }, Deliveries];
  lanes_retry: [{ session?: string; connection?: string; parked?: boolean; unfinished?: boolean }, { count: number }];
  lanes_count_matching: [{ same: unknown }, { count: number }];
  lanes_skip: [{ lane: { session: string; connection: string }; seq?: number }, { skipped: number }];
  lanes_park: [{ lane: { session: string; connection: string }; why?: string }, unknown];
  connection_list: [object, ConnectionView[]];
  connection_add: [{ name: string; mode: string; settings: Settings; secret: string }, ConnectionView];
  connection_set: [{ name: string; mode?: string; settings?: Settings; secret?: string }, ConnectionView];
  connection_test: [{ name: string }, TestReport];
  connection_try: [{ settings: Settings; secret: string }, TestReport];
  connection_try_and_add: [{ name: string; mode: string; settings: Settings; secret?: string }, AddReport];
  connection_try_and_set: [{ name: string; mode?: string; settings?: Settings; secret?: string }, SetReport];
  connection_sign_in_begin: [{ name: string }, Omit<SignInStart, "sign_in">];
  connection_sign_in_finish: [{ name: string; brought: string }, unknown];
  sign_in_try: [{ settings: Settings; secret?: string }, SignInStart];
  sign_in_try_finish: [{ sign_in: string; brought: string; name: string; mode: string }, AddReport];
  connection_pause: [{ name: string }, ConnectionView];
  connection_take_over: [{ name: string }, { taken_over: string; cases: number }];
  connection_resume: [{ name: string }, ConnectionView];
  connection_footprint: [{ name: string }, Footprint];
  kit_state: [{ name: string }, KitView];
  kit_deploy: [{ name: string; check_only?: boolean }, KitDeployView];
  kit_progress: [{ name: string; id: string }, KitProgressView];
  kit_files: [object, KitFilesView];
  sessions_week: [object, Week];
  public_address_show: [object, PublicAddress];
  public_address_set: [{ url: string }, PublicAddress];
  public_address_test: [object, SelfTest];
  replies_preview: [{ connection: string; replies: unknown }, PreviewRow[]];
  connection_remove: [{ name: string }, unknown];
  crm_choices: [{ connection: string; what: string; query?: string }, Choice[]];
  webhook_show: [{ name: string }, WebhookView];
  webhook_url: [{ name: string }, { url: string | null; path: string }];
  webhook_grace: [{ name: string; minutes: number }, unknown];
  webhook_regenerate: [{ name: string; grace_minutes?: number }, unknown];
  log_show: [object, LogView];
  log_set: [{ area: LogArea["area"]; level?: NonNullable<LogArea["level"]>; keep: boolean }, LogView];
  doctor: [object, Doctor];
  sandbox_start: [object, { page: string }];
}

export type CommandName = keyof Commands;
export type Input<C extends CommandName> = Commands[C][0];
export type Output<C extends CommandName> = Commands[C][1];
