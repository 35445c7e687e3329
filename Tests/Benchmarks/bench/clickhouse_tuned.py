"""ClickHouse prepared for these queries: LowCardinality texts without NULL, narrow numbers, joins made at load.

Months and quarters are counted from the year 0, money is in cents, and a missing text is empty.
"""

from . import clickhouse_plain
from .clickhouse_plain import FOREVER, REACHED, STEPS
from .queries import NOW, PAGE

MONTH = "toUInt16(toYear({0}) * 12 + toMonth({0}) - 1)"
QUARTER = "toUInt16(toYear({0}) * 4 + toQuarter({0}) - 1)"


def narrow(columns):
    """The columns of a file with 32-bit ids and texts that are codes."""
    texts = columns.replace("Nullable(String)", "String").replace(" String", " LowCardinality(String)")
    return texts.replace("Int64", "UInt32")


def file(name, columns):
    return f"file('{{folder}}/{name}.csv', 'CSVWithNames', '{narrow(columns)}')"


WINS = "SELECT lead, min(closed) AS won_at FROM file_deals WHERE status = 'won' GROUP BY lead"

LOAD = (
    f"CREATE TABLE file_leads ENGINE = Memory AS SELECT * FROM {file('leads', clickhouse_plain.LEADS)}",
    f"CREATE TABLE file_deals ENGINE = Memory AS SELECT * FROM {file('deals', clickhouse_plain.DEALS)}",
    f"""CREATE TABLE leads ENGINE = Memory AS
        SELECT l.*, {MONTH.format("l.created")} AS month, w.lead != 0 AS won, w.won_at AS won_at
        FROM file_leads AS l LEFT JOIN ({WINS}) AS w ON w.lead = l.id ORDER BY l.id""",
    f"""CREATE TABLE deals ENGINE = Memory AS
        SELECT d.* EXCEPT (amount, status), CAST(d.status = 'won', 'UInt8') AS won, {MONTH.format("ifNull(d.closed, d.created)")} AS month,
            {QUARTER.format("ifNull(d.closed, d.created)")} AS quarter, toInt32(d.amount * 100) AS amount, d.status AS status,
            d.id IN (SELECT argMin(id, (closed, id)) FROM file_deals WHERE status = 'won' GROUP BY customer) AS new_customer,
            l.source AS source, l.created AS lead_created
        FROM file_deals AS d LEFT JOIN file_leads AS l ON l.id = d.lead""",
    f"""CREATE TABLE stages ENGINE = Memory AS
        SELECT s.lead AS lead, s.stage AS stage, s.entered AS entered, l.source AS source
        FROM {file("stages", clickhouse_plain.STAGES)} AS s LEFT JOIN file_leads AS l ON l.id = s.lead
        ORDER BY lead, entered, indexOf(['lead', 'mql', 'sql', 'proposal', 'won', 'lost'], stage)""",
    f"""CREATE TABLE costs ENGINE = Memory AS
        SELECT date, source, campaign, kind, {MONTH.format("date")} AS month, toInt32(amount * 100) AS amount
        FROM {file("costs", clickhouse_plain.COSTS)}""",
    "DROP TABLE file_leads",
    "DROP TABLE file_deals",
)

QUERIES = {
    "filter": "SELECT count() FROM leads WHERE source = 'ads'",
    "group": "SELECT source, count() FROM leads GROUP BY source",
    "conversion": "SELECT source, sum(won) / count() FROM leads GROUP BY source",
    "conversion_month": "SELECT month, sum(won) / count() FROM leads WHERE source = 'ads' GROUP BY month",
    "revenue_month": "SELECT month, sum(amount) / 100 FROM deals WHERE won GROUP BY month",
    "deal_size": "SELECT product, quarter, sum(amount) / (100 * count()) FROM deals WHERE won GROUP BY product, quarter",
    "cycle": """
        SELECT source, quantileExactInclusive(0.5)(dateDiff('second', created, won_at)) / 86400
        FROM leads WHERE won GROUP BY source""",
    "cac": """
        SELECT source, month, sum(cost) / nullIf(100 * sum(customers), 0) FROM (
            SELECT source, month, sum(amount) AS cost, 0 AS customers FROM costs GROUP BY source, month
            UNION ALL
            SELECT source, month, 0 AS cost, count() AS customers FROM deals WHERE new_customer GROUP BY source, month
        ) GROUP BY source, month""",
    "funnel": f"""
        SELECT source, {REACHED} FROM (
            SELECT lead, any(source) AS source, windowFunnel({FOREVER})(entered, {STEPS}) AS level FROM stages GROUP BY lead
        ) WHERE level > 0 GROUP BY source""",
    "owners": """
        SELECT owner, sum(won) / count() AS conversion
        FROM leads GROUP BY owner HAVING count() >= 100 ORDER BY conversion DESC, owner LIMIT 10""",
    "pages": "SELECT landing_page, count() AS n FROM leads GROUP BY landing_page ORDER BY n DESC, landing_page LIMIT 10",
    "contains": "SELECT count() FROM leads WHERE position(landing_page, 'crm') > 0",
    "page": f"SELECT count() FROM leads WHERE landing_page = '{PAGE}'",
    "customers": "SELECT source, uniqExact(customer) FROM deals GROUP BY source",
    "cube": "SELECT source, owner, month, count() FROM leads GROUP BY source, owner, month",
    "within": f"""
        SELECT source, countIf(won AND won_at <= created + 90 * 86400) / count()
        FROM leads WHERE created <= toDateTime('{NOW} 00:00:00', 'UTC') - 90 * 86400 GROUP BY source""",
    # Months of 2024, counted from the year 0.
    "why": """
        SELECT source, sumIf(won, month < 24291) / nullIf(countIf(month < 24291), 0),
            sumIf(won, month >= 24291) / nullIf(countIf(month >= 24291), 0)
        FROM leads WHERE month BETWEEN 24288 AND 24293 GROUP BY source""",
}
