"""DuckDB prepared for these queries: enumerations, narrow numbers, joins made at load, stage rows in order.

Times are seconds since 1970 in 32 bits, months and quarters are counted from the year 0, money is in cents.
"""

from .queries import NOW, PAGE

MONTH = "(year({0}) * 12 + month({0}) - 1)::USMALLINT"
QUARTER = "(year({0}) * 4 + quarter({0}) - 1)::USMALLINT"


def enumeration(name, *columns):
    values = " UNION ".join(f"SELECT {column.split('.')[1]} AS v FROM {column.split('.')[0]}" for column in columns)
    return f"CREATE TYPE {name} AS ENUM (SELECT v FROM ({values}) WHERE v IS NOT NULL ORDER BY v)"


LOAD = (
    "CREATE TEMP TABLE raw_leads AS FROM read_csv('{folder}/leads.csv', types = {{'id': 'INTEGER'}})",
    """CREATE TEMP TABLE raw_deals AS FROM read_csv('{folder}/deals.csv',
        types = {{'id': 'INTEGER', 'lead': 'INTEGER', 'customer': 'INTEGER', 'amount': 'DECIMAL(18,2)'}})""",
    "CREATE TEMP TABLE raw_stages AS FROM read_csv('{folder}/stages.csv', types = {{'lead': 'INTEGER'}})",
    "CREATE TEMP TABLE raw_costs AS FROM read_csv('{folder}/costs.csv', types = {{'amount': 'DECIMAL(18,2)'}})",
    enumeration("source", "raw_leads.source", "raw_costs.source"),
    enumeration("owner", "raw_leads.owner", "raw_deals.owner"),
    enumeration("country", "raw_leads.country"),
    enumeration("campaign", "raw_leads.campaign", "raw_costs.campaign"),
    enumeration("page", "raw_leads.landing_page"),
    enumeration("product", "raw_deals.product"),
    enumeration("kind", "raw_costs.kind"),
    "CREATE TYPE status AS ENUM ('open', 'won', 'lost')",
    "CREATE TYPE stage AS ENUM ('lead', 'mql', 'sql', 'proposal', 'won', 'lost')",
    f"""CREATE TABLE leads AS
        WITH wins AS (SELECT lead, min(closed) AS won_at FROM raw_deals WHERE status = 'won' GROUP BY lead)
        SELECT id, epoch(created)::INTEGER AS created, {MONTH.format("created")} AS month, source::source AS source,
            owner::owner AS owner, epoch(qualified)::INTEGER AS qualified, country::country AS country,
            campaign::campaign AS campaign, landing_page::page AS landing_page,
            won_at IS NOT NULL AS won, epoch(won_at)::INTEGER AS won_at
        FROM raw_leads LEFT JOIN wins ON lead = id""",
    f"""CREATE TABLE deals AS
        WITH firsts AS (SELECT arg_min(id, (closed, id)) AS id FROM raw_deals WHERE status = 'won' GROUP BY customer)
        SELECT d.id, d.lead, epoch(d.created)::INTEGER AS created, epoch(closed)::INTEGER AS closed,
            {MONTH.format("closed")} AS month, {QUARTER.format("closed")} AS quarter, status::status AS status,
            (amount * 100)::INTEGER AS amount, customer, d.owner::owner AS owner, product::product AS product,
            firsts.id IS NOT NULL AS new_customer, l.source::source AS source, epoch(l.created)::INTEGER AS lead_created
        FROM raw_deals d LEFT JOIN raw_leads l ON l.id = d.lead LEFT JOIN firsts ON firsts.id = d.id""",
    """CREATE TABLE stages AS
        SELECT lead, stage::stage AS stage, epoch(entered)::INTEGER AS entered, source::source AS source
        FROM raw_stages LEFT JOIN raw_leads ON id = lead ORDER BY lead, entered, 2""",
    f"""CREATE TABLE costs AS
        SELECT date, {MONTH.format("date")} AS month, source::source AS source, campaign::campaign AS campaign,
            kind::kind AS kind, (amount * 100)::INTEGER AS amount FROM raw_costs""",
    "DROP TABLE raw_leads",
    "DROP TABLE raw_deals",
    "DROP TABLE raw_stages",
    "DROP TABLE raw_costs",
)

QUERIES = {
    "filter": "SELECT count(*) FROM leads WHERE source = 'ads'",
    "group": "SELECT source, count(*) FROM leads GROUP BY source",
    "conversion": "SELECT source, sum(won) / count(*) FROM leads GROUP BY source",
    "conversion_month": "SELECT month, sum(won) / count(*) FROM leads WHERE source = 'ads' GROUP BY month",
    "revenue_month": "SELECT month, sum(amount) / 100 FROM deals WHERE status = 'won' GROUP BY month",
    "deal_size": """
        SELECT product, quarter, sum(amount) / (100 * count(*)) FROM deals WHERE status = 'won' GROUP BY ALL""",
    "cycle": "SELECT source, median(won_at - created) / 86400 FROM leads GROUP BY source",
    "cac": """
        WITH parts AS (
            SELECT source, month, sum(amount) AS cost, 0 AS customers FROM costs GROUP BY ALL
            UNION ALL
            SELECT source, month, 0, count(*) FROM deals WHERE new_customer GROUP BY ALL)
        SELECT source, month, sum(cost) / nullif(100 * sum(customers), 0) FROM parts GROUP BY ALL""",
    "funnel": (
        """
        WITH a AS MATERIALIZED (
            SELECT lead, any_value(source) AS source, min(entered) AS t FROM stages WHERE stage = 'lead' GROUP BY lead),
        b AS MATERIALIZED (
            SELECT lead, any_value(a.source) AS source, min(entered) AS t
            FROM a JOIN stages USING (lead) WHERE stage = 'mql' AND entered >= t GROUP BY lead),
        c AS MATERIALIZED (
            SELECT lead, any_value(b.source) AS source, min(entered) AS t
            FROM b JOIN stages USING (lead) WHERE stage = 'sql' AND entered >= t GROUP BY lead),
        d AS (SELECT DISTINCT lead, c.source FROM c JOIN stages USING (lead) WHERE stage = 'won' AND entered >= t),
        reached AS (
            SELECT source, 1 AS step FROM a UNION ALL SELECT source, 2 FROM b
            UNION ALL SELECT source, 3 FROM c UNION ALL SELECT source, 4 FROM d)
        SELECT source, count(*) FILTER (step = 1), count(*) FILTER (step = 2), count(*) FILTER (step = 3), count(*) FILTER (step = 4)
        FROM reached GROUP BY source""",
        """
        WITH events AS (
            SELECT any_value(source) AS source, min(entered) FILTER (stage = 'lead') AS a, list(entered) FILTER (stage = 'mql') AS mqls,
                list(entered) FILTER (stage = 'sql') AS sqls, max(entered) FILTER (stage = 'won') AS won
            FROM stages GROUP BY lead),
        seconds AS (SELECT *, list_min(list_filter(mqls, lambda t: t >= a)) AS b FROM events),
        thirds AS (SELECT *, list_min(list_filter(sqls, lambda t: t >= b)) AS c FROM seconds)
        SELECT source, count(*), count(b), count(c), count(*) FILTER (won >= c) FROM thirds WHERE a IS NOT NULL GROUP BY source""",
    ),
    "owners": """
        SELECT owner, sum(won) / count(*) AS conversion
        FROM leads GROUP BY owner HAVING count(*) >= 100 ORDER BY conversion DESC, owner LIMIT 10""",
    "pages": "SELECT landing_page, count(*) AS n FROM leads GROUP BY ALL ORDER BY n DESC, landing_page LIMIT 10",
    # Row by row; or in the names of the enumeration, once each, and then their codes in the rows.
    "contains": (
        "SELECT count(*) FROM leads WHERE contains(landing_page::VARCHAR, 'crm')",
        """
        SELECT count(*) FROM leads WHERE landing_page IN (
            SELECT name::page FROM (SELECT unnest(enum_range(NULL::page))::VARCHAR AS name) WHERE contains(name, 'crm'))""",
    ),
    "page": f"SELECT count(*) FROM leads WHERE landing_page = '{PAGE}'",
    "customers": "SELECT source, count(DISTINCT customer) FROM deals GROUP BY source",
    "cube": "SELECT source, owner, month, count(*) FROM leads GROUP BY ALL",
    "within": f"""
        SELECT source, count(*) FILTER (won_at - created <= 90 * 86400) / count(*)
        FROM leads WHERE created <= epoch(TIMESTAMP '{NOW}')::INTEGER - 90 * 86400 GROUP BY source""",
    # Months of 2024, counted from the year 0.
    "why": """
        SELECT source,
            sum(won) FILTER (month < 24291) / nullif(count(*) FILTER (month < 24291), 0),
            sum(won) FILTER (month >= 24291) / nullif(count(*) FILTER (month >= 24291), 0)
        FROM leads WHERE month BETWEEN 24288 AND 24293 GROUP BY source""",
}
