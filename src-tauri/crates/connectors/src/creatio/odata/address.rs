//! Addresses below the service root: keys and queries.

use jiff::Timestamp;
use uuid::Uuid;

use super::literal::{guid, percent, text};

/// Most `Id eq` terms of one filter. Live hosts count the nodes of a filter and stop at 100; `in` is not
/// supported.
pub(crate) const IDS_PER_FILTER: usize = 12;

/// One record by key, as plain requests name it.
pub(crate) fn entity(set: &str, id: Uuid) -> String {
    format!("{set}({})", guid(id))
}

/// One record by key, as parts of a batch name it.
pub(crate) fn segment(set: &str, id: Uuid) -> String {
    format!("{set}/{}", guid(id))
}

/// A condition. Lookups are named by their navigation path (`Case/Id`): live hosts answer 500 to the flat
/// column in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    expression: String,
    /// The texts in it, which no message may repeat.
    values: Vec<String>,
}

impl Filter {
    /// A text column equals.
    pub(crate) fn text(column: &str, value: &str) -> Self {
        Filter { expression: format!("{column} eq {}", text(value)), values: vec![value.to_owned()] }
    }

    /// A text column holds this part.
    pub(crate) fn part(column: &str, value: &str) -> Self {
        Filter { expression: format!("contains({column},{})", text(value)), values: vec![value.to_owned()] }
    }

    /// A GUID equals.
    pub(crate) fn guid(path: &str, id: Uuid) -> Self {
        Filter { expression: format!("{path} eq {}", guid(id)), values: Vec::new() }
    }

    /// A date column is at or after a moment in the CRM's own words, which are sent as they came: a shorter
    /// form would be another moment. `None` when they are no moment.
    pub(crate) fn at_or_after(column: &str, moment: &str) -> Option<Self> {
        let bare = moment.bytes().all(|byte| byte.is_ascii_digit() || b"TZ:.+-".contains(&byte));
        (bare && moment.parse::<Timestamp>().is_ok())
            .then(|| Filter { expression: format!("{column} ge {moment}"), values: Vec::new() })
    }

    /// Both hold.
    pub(crate) fn and(self, other: Self) -> Self {
        Filter {
            expression: format!("({}) and ({})", self.expression, other.expression),
            values: [self.values, other.values].concat(),
        }
    }

    /// Any of them holds; `None` without conditions, since an empty one would mean everything.
    pub(crate) fn any(conditions: impl IntoIterator<Item = Filter>) -> Option<Self> {
        conditions.into_iter().reduce(|all, one| Filter {
            expression: format!("{} or {}", all.expression, one.expression),
            values: [all.values, one.values].concat(),
        })
    }

    /// Conditions that together name all ids, each small enough for the server.
    pub(crate) fn ids(ids: &[Uuid]) -> Vec<Self> {
        ids.chunks(IDS_PER_FILTER)
            .filter_map(|group| Filter::any(group.iter().map(|id| Filter::guid("Id", *id))))
            .collect()
    }

    #[cfg(test)]
    pub(crate) fn as_str(&self) -> &str {
        &self.expression
    }
}

/// A query for rows of one set. `$select` is always given: without it a row of Case has hundreds of columns.
#[derive(Debug, Clone)]
pub(crate) struct Query<'a> {
    pub(crate) set: &'a str,
    pub(crate) select: &'a str,
    pub(crate) filter: Option<Filter>,
    pub(crate) top: usize,
}

impl Query<'_> {
    /// Set and query, encoded.
    pub(crate) fn path(&self) -> String {
        let Query { set, select, top, .. } = self;
        let filter =
            self.filter.as_ref().map(|filter| format!("&$filter={}", percent(&filter.expression))).unwrap_or_default();
        format!("{set}?$select={select}{filter}&$top={top}")
    }

    /// The texts that the query sends.
    pub(crate) fn sent(&self) -> Vec<&str> {
        self.filter.iter().flat_map(|filter| filter.values.iter().map(String::as_str)).collect()
    }
}

/// A page of rows, in an order.
#[derive(Debug, Clone)]
pub(crate) struct Page<'a> {
    pub(crate) query: Query<'a>,
    /// Columns and directions.
    pub(crate) order: &'a str,
    pub(crate) skip: usize,
}

impl Page<'_> {
    /// Set and query, encoded.
    pub(crate) fn path(&self) -> String {
        let Page { query, order, skip } = self;
        let skip = if *skip == 0 { String::new() } else { format!("&$skip={skip}") };
        format!("{}&$orderby={}{skip}", query.path(), order.replace(' ', "%20"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r11_ids_are_asked_for_in_groups_of_twelve() {
        let ids: Vec<Uuid> = (0..25).map(Uuid::from_u128).collect();
        let filters = Filter::ids(&ids);
        let sizes: Vec<usize> = filters.iter().map(|f| f.as_str().matches("Id eq").count()).collect();
        assert_eq!(sizes, [12, 12, 1], "a filter of more than 100 nodes is refused");
        assert_eq!(Filter::any([]), None, "no condition must not become every row");
    }

    #[test]
    fn r16_a_moment_goes_back_to_the_crm_as_it_came() {
        let filter = Filter::at_or_after("ModifiedOn", "2026-03-01T10:00:00.1234567Z").unwrap();
        assert_eq!(filter.as_str(), "ModifiedOn ge 2026-03-01T10:00:00.1234567Z", "to the last digit, unquoted");
        for odd in ["", "now", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01T10:00:00Z or true", "2026-03-01 10:00Z"]
        {
            assert_eq!(Filter::at_or_after("ModifiedOn", odd), None, "{odd:?} is no moment with a zone");
        }
        let query = Query { set: "Case", select: "Id", filter: Some(filter), top: 5 };
        let page = Page { query, order: "ModifiedOn asc,Id asc", skip: 10 };
        assert_eq!(
            page.path(),
            "Case?$select=Id&$filter=ModifiedOn%20ge%202026-03-01T10%3A00%3A00.1234567Z&$top=5&$orderby=ModifiedOn%20asc,Id%20asc&$skip=10"
        );
    }

    #[test]
    fn r24_keys_and_queries_have_the_forms_that_live_hosts_take() {
        let id = Uuid::from_u128(1);
        assert_eq!(entity("Case", id), "Case(00000000-0000-0000-0000-000000000001)", "a key is not quoted");
        assert_eq!(segment("Case", id), "Case/00000000-0000-0000-0000-000000000001");
        let query = Query { set: "Contact", select: "Id", filter: Some(Filter::text("Email", "o'n@x.com")), top: 2 };
        assert_eq!(query.path(), "Contact?$select=Id&$filter=Email%20eq%20%27o%27%27n%40x.com%27&$top=2");
    }
}
