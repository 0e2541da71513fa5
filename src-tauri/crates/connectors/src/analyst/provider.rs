//! A language model as an analyst: one call, checked; repeated only while the deadline allows it.

use std::fmt;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
use casebridge_analyst::model::{checked, form};
use casebridge_analyst::{Analyst, Ask};
use casebridge_domain::CallFailure;
use casebridge_domain::analysis::{Analysis, Cost};
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ChatResponse, ChatResponseFormat, JsonSpec, StopReason};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use uuid::Uuid;

use crate::creatio::is_safe;
use crate::wire;

use super::failure::{cut_off, of_call, refused, set_up, too_late, unreadable};

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderApi {
    /// Chat completions, as OpenAI has them and many servers beside it.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

/// Which model is asked, and where.
pub struct ProviderSettings {
    /// What it speaks.
    pub api: ProviderApi,
    /// The API's address, with its version: `https://host/v1`.
    pub base_url: Url,
    /// The model's name.
    pub model: String,
    /// The key; local servers need none.
    pub key: Option<SecretString>,
}

/// Attempts after the first.
const REPEATS: usize = 2;
/// Pause before the first of them.
const PAUSE: Duration = Duration::from_millis(250);

/// A language model as an analyst.
pub struct Provider {
    client: Client,
    target: ServiceTarget,
    model: String,
}

/// Neither the key nor the address, which may hold one.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("model", &self.model).finish_non_exhaustive()
    }
}

/// One attempt: what the model wrote, and what it cost.
struct Written {
    text: String,
    model: String,
    cost: Cost,
}

impl Provider {
    /// A client of one model.
    ///
    /// # Errors
    /// When the address would carry conversations in the clear to another machine, or no HTTP client can be made.
    pub fn new(settings: &ProviderSettings) -> Result<Self, CallFailure> {
        let url = &settings.base_url;
        if !is_safe(url) {
            let what = format!("{}:// is no way to send conversations to another machine", url.scheme());
            return Err(set_up(what, "give an address that begins with https://, or a server on this computer"));
        }
        // As for a CRM: no redirect, which would carry the transcript and the key to a place that nobody chose.
        let http = wire::client(url)?;
        let kind = match settings.api {
            ProviderApi::OpenAi => AdapterKind::OpenAI,
            ProviderApi::Anthropic => AdapterKind::Anthropic,
        };
        let client = Client::builder().with_reqwest(http).build();
        let client = client.map_err(|_| set_up("no client for the provider can be made".into(), "report this"))?;
        let base = format!("{}/", url.as_str().trim_end_matches('/'));
        let key = settings.key.as_ref().map_or("none", |key| key.expose_secret());
        let target = ServiceTarget {
            endpoint: Endpoint::from_owned(base),
            auth: AuthData::from_single(key),
            model: ModelIden::new(kind, settings.model.clone()),
        };
        Ok(Provider { client, target, model: settings.model.clone() })
    }

    async fn once(&self, request: ChatRequest, options: &ChatOptions) -> Result<Written, CallFailure> {
        let answer = self.client.exec_chat(self.target.clone(), request, Some(options)).await;
        let answer = answer.map_err(|error| of_call(&error))?;
        let cost = cost(&answer);
        match &answer.stop_reason {
            Some(StopReason::MaxTokens(_)) => return Err(cut_off()),
            Some(StopReason::ContentFilter(_)) => return Err(refused()),
            Some(StopReason::Other(reason)) if reason == "refusal" => return Err(refused()),
            _ => {}
        }
        let model = answer.provider_model_iden.model_name.to_string();
        let text = answer.into_first_text().ok_or_else(|| unreadable("the model answered without a text"))?;
        Ok(Written { text, model, cost })
    }
}

fn cost(answer: &ChatResponse) -> Cost {
    let tokens = |count: Option<i32>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    Cost {
        calls: 1,
        tokens_in: tokens(answer.usage.prompt_tokens),
        tokens_out: tokens(answer.usage.completion_tokens),
        took_ms: 0,
    }
}

#[async_trait]
impl Analyst for Provider {
    async fn analyse(&self, ask: &Ask<'_>) -> Result<Analysis, CallFailure> {
        let began = Instant::now();
        // A mark of 122 random bits: nobody in the conversation can write it.
        let form = form(ask, &Uuid::new_v4().simple().to_string());
        let request = ChatRequest::default().with_system(form.system).append_message(ChatMessage::user(form.user));
        let spec = JsonSpec::new("conversation_fields", form.schema);
        let options = ChatOptions::default()
            .with_response_format(ChatResponseFormat::JsonSpec(spec))
            .with_max_tokens(form.longest_answer);
        let spent = std::sync::Mutex::new(Cost::default());
        let attempt = || async {
            let add = |cost: Cost| {
                let mut spent = spent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                spent.calls += 1;
                spent.tokens_in += cost.tokens_in;
                spent.tokens_out += cost.tokens_out;
                *spent
            };
            let written = match self.once(request.clone(), &options).await {
                Ok(written) => written,
                Err(failure) => {
                    add(Cost::default());
                    return Err(failure);
                }
            };
            let cost = add(written.cost);
            checked(ask, &written.text, &written.model, cost)
                .map_err(|_| unreadable("the model's answer is not the JSON that was asked for"))
        };
        let pauses = ExponentialBuilder::default().with_min_delay(PAUSE).with_max_times(REPEATS).with_jitter();
        let repeated = attempt.retry(pauses).when(CallFailure::is_transient).adjust(|failure, pause| {
            // A server that asks for patience gets at least that.
            let asked = match failure.class {
                casebridge_domain::FailureClass::Throttled { after } => after,
                _ => None,
            };
            pause.map(|pause| asked.map_or(pause, |asked| asked.max(pause)))
        });
        let mut analysis = tokio::time::timeout(ask.deadline, repeated).await.map_err(|_| too_late(ask.deadline))??;
        analysis.cost.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(analysis)
    }
}
