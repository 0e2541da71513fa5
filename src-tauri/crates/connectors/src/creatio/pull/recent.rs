//! The newest replies anywhere, as the settings understand them: shown before a kind is switched on (R7).

use std::cmp::Reverse;

use casebridge_domain::{CallFailure, CrmRecord, Role};

use super::super::Creatio;
use super::super::many::Ask;
use super::super::odata::{Page, Query};
use super::super::record;
use super::columns::{PORTAL, blame_settings};
use super::{PAGE, SMALL_PAGE};
use crate::port::CallLog;
use crate::wire::TOO_LONG;

/// Most replies shown.
const MOST: usize = 100;

impl Creatio {
    pub(crate) async fn newest_replies(&self, limit: usize, log: &CallLog) -> Result<Vec<CrmRecord>, CallFailure> {
        let mut top = PAGE;
        let mut replies = loop {
            match self.newest(top, log).await {
                Err(failure) if self.columns.cross_out(&failure) => {}
                Err(failure) if failure.message == TOO_LONG && top == PAGE => top = SMALL_PAGE,
                other => break other.map_err(|failure| blame_settings(failure, &self.settings))?,
            }
        };
        replies.sort_by_key(|record| Reverse((record.at, record.record.id)));
        replies.truncate(limit.min(MOST));
        let authors = replies.iter().filter_map(|record| record.author.as_ref()).map(|named| named.id);
        self.learn_names(authors, std::iter::empty(), log).await;
        replies.iter_mut().filter_map(|record| record.author.as_mut()).for_each(|named| self.names.fill(named));
        Ok(replies)
    }

    async fn newest(&self, top: usize, log: &CallLog) -> Result<Vec<CrmRecord>, CallFailure> {
        let activity = self.columns.of_activity(&self.settings);
        let ask = |set: &'static str, select: &str| {
            let query = Query { set, select, filter: None, top };
            Ask::page(set, &Page { query, order: "ModifiedOn desc,Id desc", skip: 0 })
        };
        let mut asks = vec![ask("Activity", &activity)];
        if self.settings.replies.portal {
            asks.push(ask("PortalMessage", PORTAL));
        }
        let mut lists = self.read_many(&asks, log).await?.all()?.into_iter();
        let (activities, messages) = (lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
        let activities = activities.iter().filter_map(|row| record::of_activity(row, &self.settings));
        let messages = messages.iter().filter_map(|row| record::of_portal_message(row, &self.settings));
        Ok(activities.chain(messages).filter(|record| matches!(record.role, Role::Reply { .. })).collect())
    }
}
