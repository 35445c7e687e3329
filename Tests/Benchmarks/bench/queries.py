"""The queries that every system answers: what funnel is asked, and the shape of the answer."""

from dataclasses import dataclass

# The time that `now` means in every system: right behind the last day of the generated data.
NOW = "2026-01-01"

# A value of `landing_page` that data of any size holds.
PAGE = "/start/crm-3"

FUNNEL_STEPS = ("lead", "mql", "sql", "won")


@dataclass(frozen=True)
class Query:
    """A question: its text for funnel, and how answers to it are compared."""

    name: str
    text: str
    # What each key is: `text`, `month` or `quarter`.
    keys: tuple[str, ...] = ()
    # Whether funnel fills in periods without a row; lines that hold nothing are then left out of the comparison.
    fills_gaps: bool = False
    # Whether the order of the lines is part of the answer.
    is_ranked: bool = False


QUERIES = (
    Query("filter", 'leads where source = "ads"'),
    Query("group", "leads by source", ("text",)),
    Query("conversion", "conversion by source", ("text",)),
    Query("conversion_month", 'conversion where source = "ads" by month', ("month",), fills_gaps=True),
    Query("revenue_month", "revenue by month", ("month",), fills_gaps=True),
    Query("deal_size", "deal_size by product, quarter", ("text", "quarter"), fills_gaps=True),
    Query("cycle", "cycle by source", ("text",)),
    Query("cac", "cac by source, month", ("text", "month"), fills_gaps=True),
    Query("funnel", f"funnel {' -> '.join(FUNNEL_STEPS)} by source", ("text",)),
    Query("owners", "conversion by owner having leads >= 100 top 10", ("text",), is_ranked=True),
    Query("pages", "leads by landing_page top 10", ("text",), is_ranked=True),
    Query("contains", 'leads where landing_page contains "crm"'),
    Query("page", f'leads where landing_page = "{PAGE}"'),
    Query("customers", "distinct(deals.customer) by source", ("text",)),
    Query("cube", "leads by source, owner, month", ("text", "text", "month"), fills_gaps=True),
    Query("within", "conversion within 90 days by source", ("text",)),
    Query("why", "why conversion during 2024-Q2 vs 2024-Q1 by source", ("text",)),
)


def forms(query):
    """The ways in which a peer may be asked a query, of which the fastest counts: most have one."""
    return (query,) if isinstance(query, str) else query
