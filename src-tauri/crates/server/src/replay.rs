//! `casebridged replay`: recorded conversations as live ones, through the sessions API.
//!
//! Event ids come from the place in the file, so a replay that was cut off can be repeated: what is in
//! the log already is recognised. A note beside the database says which conversations are done, so that a
//! repeated run goes on where it stopped.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use casebridge_store::DataFolder;
use casebridge_tryout::conversation::Conversation;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::cli::{ReplayArgs, Usage};
use crate::engine_access::client;

/// How long an engine may be away (a restart) before the replay gives up.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Default, serde::Serialize)]
struct Summary {
    conversations: usize,
    messages: usize,
    handed_off: usize,
    skipped: usize,
    seconds: f64,
}

/// Replays a file against the engine that runs on `data`.
pub(crate) async fn run(data: PathBuf, args: ReplayArgs, json_output: bool) -> anyhow::Result<ExitCode> {
    if !(0.0..=1.0).contains(&args.handoff_share) {
        return Err(Usage("give --handoff-share as a number from 0 to 1".into()).into());
    }
    let conversations = read(&args.file)?;
    let folder = DataFolder::open(&data)?;
    let note = Note::open(&folder, &args)?;
    let bar = ProgressBar::with_draw_target(
        Some(conversations.len() as u64),
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
    );
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} conversations  {per_sec}  {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let began = Instant::now();
    let handed_off = chosen(&conversations, args.handoff_share);
    let sender = Arc::new(Sender { client: client()?, folder, source: args.source.clone(), handed_off });
    let mut summary = Summary::default();
    let mut running = JoinSet::new();
    let mut note = note;
    let mut started = 0_u32;
    for conversation in conversations {
        if note.done.contains(&conversation.id) {
            summary.skipped += 1;
            bar.inc(1);
            continue;
        }
        if let Some(rate) = args.rate.filter(|rate| *rate > 0.0) {
            tokio::time::sleep_until((began + Duration::from_secs_f64(f64::from(started) / rate)).into()).await;
        }
        started += 1;
        while running.len() >= args.parallel.max(1) {
            finish(running.join_next().await, &mut note, &mut summary, &bar)?;
        }
        let sender = Arc::clone(&sender);
        running.spawn(async move { sender.conversation(conversation).await });
    }
    while !running.is_empty() {
        finish(running.join_next().await, &mut note, &mut summary, &bar)?;
    }
    bar.finish_and_clear();
    summary.seconds = began.elapsed().as_secs_f64();
    if json_output {
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        println!(
            "replayed {} conversations with {} messages, {} handed off, in {:.1} s{}",
            summary.conversations,
            summary.messages,
            summary.handed_off,
            summary.seconds,
            match summary.skipped {
                0 => String::new(),
                skipped => format!("; {skipped} were done before (--restart sends them again)"),
            }
        );
    }
    Ok(ExitCode::SUCCESS)
}

type Done = anyhow::Result<(String, usize, bool)>;

fn finish(
    done: Option<Result<Done, tokio::task::JoinError>>,
    note: &mut Note,
    summary: &mut Summary,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let Some(done) = done else { return Ok(()) };
    let (id, messages, handed_off) = done.context("a conversation's task ended in a panic")??;
    note.add(&id)?;
    summary.conversations += 1;
    summary.messages += messages;
    summary.handed_off += usize::from(handed_off);
    bar.inc(1);
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Vec<Conversation>> {
    let file = File::open(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let zipped = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> = if zipped { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) };
    let mut conversations = Vec::new();
    for (number, line) in BufReader::new(reader).lines().enumerate() {
        let line = line.with_context(|| format!("`{}` breaks off", path.display()))?;
        if line.trim().is_empty() {
            continue;
        }
        let conversation = serde_json::from_str(&line)
            .with_context(|| format!("line {} of `{}` is not a conversation", number + 1, path.display()))?;
        conversations.push(conversation);
    }
    Ok(conversations)
}

/// Which conversations of a file are done.
struct Note {
    file: File,
    done: HashSet<String>,
}

impl Note {
    fn open(folder: &DataFolder, args: &ReplayArgs) -> anyhow::Result<Self> {
        let mut hasher = DefaultHasher::new();
        (args.file.canonicalize().ok(), &args.source, args.handoff_share.to_bits()).hash(&mut hasher);
        let path = folder.path().join(format!("replay-{:016x}.done", hasher.finish()));
        let done = match std::fs::read_to_string(&path) {
            Ok(text) if !args.restart => text.lines().map(str::to_owned).collect(),
            _ => HashSet::new(),
        };
        let mut options = File::options();
        options.create(true);
        if args.restart {
            options.write(true).truncate(true)
        } else {
            options.append(true)
        };
        let file = options.open(&path).with_context(|| format!("`{}` cannot be written", path.display()))?;
        Ok(Self { file, done })
    }

    fn add(&mut self, id: &str) -> anyhow::Result<()> {
        writeln!(self.file, "{id}").context("the progress of the replay cannot be kept")
    }
}

struct Sender {
    client: reqwest::Client,
    folder: DataFolder,
    source: String,
    handed_off: HashSet<String>,
}

impl Sender {
    async fn conversation(&self, conversation: Conversation) -> Done {
        let session = self
            .post(
                "/v1/sessions",
                &json!({
                    "source": self.source,
                    "external_id": conversation.id,
                    "channel": conversation.channel.as_deref().unwrap_or("web"),
                    "topic": conversation.topic,
                    "contact": conversation.contact.clone().unwrap_or_else(|| json!({})),
                }),
            )
            .await?;
        let id = session["id"].as_str().context("the engine named no session")?;
        let path = format!("/v1/sessions/{id}/events");
        let handoff_at = self.handed_off.contains(&conversation.id).then_some(conversation.turns.len() * 2 / 3);
        for (number, turn) in conversation.turns.iter().enumerate() {
            if handoff_at == Some(number) {
                let event = json!({ "id": "handoff", "kind": "handed_off", "reason": "asked for a person",
                    "summary": conversation.summary(), "language": "en" });
                self.post(&path, &event).await?;
            }
            let mut events: Vec<Value> = turn
                .tool_calls
                .iter()
                .enumerate()
                .map(|(call, tool)| {
                    json!({ "id": format!("t{number}.c{call}"), "kind": "tool_call", "name": tool.name,
                        "arguments": tool.arguments, "results": tool.results })
                })
                .collect();
            let mut message =
                json!({ "id": format!("t{number}"), "kind": "message", "from": turn.from, "text": turn.text });
            if let Some(author) = &turn.author {
                message["author"] = json!(author);
            }
            events.push(message);
            self.post(&path, &json!({ "events": events })).await?;
        }
        if conversation.resolved {
            self.post(&path, &json!({ "id": "resolved", "kind": "resolved" })).await?;
        }
        Ok((conversation.id, conversation.turns.len(), handoff_at.is_some()))
    }

    /// Posts until it is acknowledged. An engine that is being restarted is looked for anew.
    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let began = Instant::now();
        let mut problem = "no engine runs on this data folder".to_owned();
        while began.elapsed() < PATIENCE {
            let Some(engine) = self.folder.engine() else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let sent =
                self.client.post(format!("{}{path}", engine.url)).bearer_auth(&engine.token).json(body).send().await;
            match sent {
                Ok(response) if response.status().is_success() => match response.json().await {
                    Ok(answer) => return Ok(answer),
                    Err(_) => problem = "the engine's answer broke off".into(),
                },
                Ok(response) if response.status().is_server_error() || response.status() == 401 => {
                    // 401: the token of an engine that was restarted in between.
                    problem = format!("the engine answered {}", response.status());
                }
                Ok(response) => {
                    let status = response.status();
                    anyhow::bail!("the engine refused {path}: {status} {}", response.text().await.unwrap_or_default());
                }
                Err(error) => problem = format!("the engine does not answer: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        anyhow::bail!("{problem} (tried for {} s)", PATIENCE.as_secs())
    }
}

/// The share of conversations that is handed off. Which ones depends on their ids only, so that each run of a
/// file hands off the same.
fn chosen(conversations: &[Conversation], share: f64) -> HashSet<String> {
    let mut ids: Vec<&String> = conversations.iter().map(|conversation| &conversation.id).collect();
    ids.sort_by_cached_key(|id| uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, id.as_bytes()));
    let count = (ids.len() as f64 * share).round() as usize;
    ids.into_iter().take(count).cloned().collect()
}
