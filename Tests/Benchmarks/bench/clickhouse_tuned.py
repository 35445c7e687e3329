"""ClickHouse prepared for these queries: texts as codes and without NULL, narrow numbers, joins made at load.

Months and quarters are counted from the year 0, money is in cents, and a missing text is empty.
"""

from . import clickhouse_plain
from .clickhouse_plain import FOREVER, REACHED, STEPS, arrays
from .queries import NOW, PAGE

MONTH = "toUInt16(toYear({0}) * 12 + toMonth({0}) - 1)"
STAGE = "Enum8('lead' = 1, 'mql' = 2, 'sql' = 3, 'proposal' = 4, 'won' = 5, 'lost' = 6)"
QUARTER = "toUInt16(toYear({0}) * 4 + toQuarter({0}) - 1)"


WINS = "SELECT lead, min(closed) AS won_at FROM file_deals WHERE status = 'won' GROUP BY lead"

# What fits into the codes of an Enum8, one of them for a missing text.
MOST_CODES = 127


def load(run, folder):
    for name, columns in (
        ("leads", clickhouse_plain.LEADS), ("deals", clickhouse_plain.DEALS),
        ("stages", clickhouse_plain.STAGES), ("costs", clickhouse_plain.COSTS),
    ):
        narrow = columns.replace("Nullable(String)", "String").replace("Int64", "UInt32")
        run(f"CREATE TABLE file_{name} ENGINE = Memory AS SELECT * FROM {clickhouse_plain.file(folder, name, narrow)}")

    def code(column, *tables):
        """The type of a text column: an enumeration of its values, or a dictionary where they are many."""
        values = " UNION DISTINCT ".join(f"SELECT {column} AS v FROM file_{table}" for table in tables)
        texts = run(f"SELECT v FROM ({values}) WHERE v != '' ORDER BY v").splitlines()
        if len(texts) > MOST_CODES:
            return "LowCardinality(String)"
        codes = [f"'{quoted(text)}' = {index}" for index, text in enumerate(["", *texts])]
        return f"Enum8({', '.join(codes)})"

    source, owner, campaign = code("source", "leads", "costs"), code("owner", "leads", "deals"), code("campaign", "leads", "costs")
    run(f"""CREATE TABLE leads ENGINE = Memory AS
        SELECT l.* REPLACE (
                l.source::{source} AS source, l.owner::{owner} AS owner, l.campaign::{campaign} AS campaign,
                l.country::{code("country", "leads")} AS country, l.landing_page::LowCardinality(String) AS landing_page),
            {MONTH.format("l.created")} AS month, w.lead != 0 AS won, w.won_at AS won_at
        FROM file_leads AS l LEFT JOIN ({WINS}) AS w ON w.lead = l.id ORDER BY l.id""")
    run(f"""CREATE TABLE deals ENGINE = Memory AS
        SELECT d.* REPLACE (
                toInt32(d.amount * 100) AS amount, d.owner::{owner} AS owner,
                d.status::{code("status", "deals")} AS status, d.product::{code("product", "deals")} AS product),
            d.status = 'won' AS won, {MONTH.format("ifNull(d.closed, d.created)")} AS month,
            {QUARTER.format("ifNull(d.closed, d.created)")} AS quarter,
            d.id IN (SELECT argMin(id, (closed, id)) FROM file_deals WHERE status = 'won' GROUP BY customer) AS new_customer,
            l.source::{source} AS source, l.created AS lead_created
        FROM file_deals AS d LEFT JOIN file_leads AS l ON l.id = d.lead""")
    run(f"""CREATE TABLE stages ENGINE = Memory AS
        SELECT s.lead AS lead, s.stage::{STAGE} AS stage, s.entered AS entered, l.source::{source} AS source
        FROM file_stages AS s LEFT JOIN file_leads AS l ON l.id = s.lead ORDER BY lead, entered, stage""")
    run(f"""CREATE TABLE costs ENGINE = Memory AS
        SELECT c.* REPLACE (
                toInt32(amount * 100) AS amount, source::{source} AS source, campaign::{campaign} AS campaign,
                kind::{code("kind", "costs")} AS kind),
            {MONTH.format("date")} AS month
        FROM file_costs AS c""")
    for name in ("leads", "deals", "stages", "costs"):
        run(f"DROP TABLE file_{name}")


def quoted(text):
    return text.replace("\\", "\\\\").replace("'", "\\'")


QUERIES = {
    "filter": "SELECT count() FROM leads WHERE source = 'ads'",
    "group": "SELECT toString(source), count() FROM leads GROUP BY source",
    "conversion": "SELECT toString(source), sum(won) / count() FROM leads GROUP BY source",
    "conversion_month": "SELECT month, sum(won) / count() FROM leads WHERE source = 'ads' GROUP BY month",
    "revenue_month": "SELECT month, sum(amount) / 100 FROM deals WHERE won GROUP BY month",
    "deal_size": "SELECT toString(product), quarter, sum(amount) / (100 * count()) FROM deals WHERE won GROUP BY product, quarter",
    "cycle": """
        SELECT toString(source), quantileExactInclusive(0.5)(dateDiff('second', created, won_at)) / 86400
        FROM leads WHERE won GROUP BY source""",
    "cac": """
        SELECT toString(source), month, sum(cost) / nullIf(100 * sum(customers), 0) FROM (
            SELECT source, month, sum(amount) AS cost, 0 AS customers FROM costs GROUP BY source, month
            UNION ALL
            SELECT source, month, 0 AS cost, count() AS customers FROM deals WHERE new_customer GROUP BY source, month
        ) GROUP BY source, month""",
    "funnel": (
        f"""
        SELECT toString(source), {REACHED} FROM (
            SELECT lead, any(source) AS source, windowFunnel({FOREVER})(entered, {STEPS}) AS level FROM stages GROUP BY lead
        ) WHERE level > 0 GROUP BY source""",
        f"""
        SELECT toString(source), count(), countIf(notEmpty(seconds)), countIf(notEmpty(thirds)),
            countIf(notEmpty(thirds) AND won >= arrayMin(thirds))
        FROM ({arrays("any(source) AS source")}) GROUP BY source""",
    ),
    "owners": """
        SELECT toString(owner), sum(won) / count() AS conversion
        FROM leads GROUP BY owner HAVING count() >= 100 ORDER BY conversion DESC, toString(owner) LIMIT 10""",
    "pages": "SELECT landing_page, count() AS n FROM leads GROUP BY landing_page ORDER BY n DESC, landing_page LIMIT 10",
    "contains": "SELECT count() FROM leads WHERE position(landing_page, 'crm') > 0",
    "page": f"SELECT count() FROM leads WHERE landing_page = '{PAGE}'",
    "customers": "SELECT toString(source), uniqExact(customer) FROM deals GROUP BY source",
    "cube": "SELECT toString(source), toString(owner), month, count() FROM leads GROUP BY source, owner, month",
    "within": f"""
        SELECT toString(source), countIf(won AND won_at <= created + 90 * 86400) / count()
        FROM leads WHERE created <= toDateTime('{NOW} 00:00:00', 'UTC') - 90 * 86400 GROUP BY source""",
    # Months of 2024, counted from the year 0.
    "why": """
        SELECT toString(source), sumIf(won, month < 24291) / nullIf(countIf(month < 24291), 0),
            sumIf(won, month >= 24291) / nullIf(countIf(month >= 24291), 0)
        FROM leads WHERE month BETWEEN 24288 AND 24293 GROUP BY source""",
}
