"""DuckDB as a good analyst loads and asks: natural types, and joins."""

from .queries import NOW, PAGE

LOAD = (
    "CREATE TABLE leads AS FROM read_csv('{folder}/leads.csv')",
    "CREATE TABLE deals AS FROM read_csv('{folder}/deals.csv', types = {{'amount': 'DECIMAL(18,2)'}})",
    "CREATE TABLE stages AS FROM read_csv('{folder}/stages.csv')",
    "CREATE TABLE costs AS FROM read_csv('{folder}/costs.csv', types = {{'amount': 'DECIMAL(18,2)'}})",
)

# Leads with a win; the marked join counts a lead once, however many of its deals were won.
WON = "id IN (SELECT lead FROM deals WHERE status = 'won')"

QUERIES = {
    "filter": "SELECT count(*) FROM leads WHERE source = 'ads'",
    "group": "SELECT source, count(*) FROM leads GROUP BY source",
    "conversion": f"SELECT source, count(*) FILTER ({WON}) / count(*) FROM leads GROUP BY source",
    "conversion_month": f"""
        SELECT date_trunc('month', created), count(*) FILTER ({WON}) / count(*)
        FROM leads WHERE source = 'ads' GROUP BY ALL""",
    "revenue_month": "SELECT date_trunc('month', closed), sum(amount) FROM deals WHERE status = 'won' GROUP BY ALL",
    "deal_size": """
        SELECT product, date_trunc('quarter', closed), sum(amount)::DOUBLE / count(*)
        FROM deals WHERE status = 'won' GROUP BY ALL""",
    "cycle": """
        WITH wins AS (SELECT lead, min(closed) AS won_at FROM deals WHERE status = 'won' GROUP BY lead)
        SELECT source, median(date_diff('second', created, won_at)) / 86400
        FROM leads LEFT JOIN wins ON lead = id GROUP BY source""",
    # Money and customers are counted apart and then added up, so that a month with one of them alone is a line too.
    "cac": """
        WITH firsts AS (
            SELECT arg_min(lead, (closed, id)) AS lead, min(closed) AS closed
            FROM deals WHERE status = 'won' GROUP BY customer),
        parts AS (
            SELECT source, date_trunc('month', date) AS month, sum(amount) AS cost, 0 AS customers
            FROM costs GROUP BY ALL
            UNION ALL
            SELECT source, date_trunc('month', closed), 0, count(*)
            FROM firsts LEFT JOIN leads ON leads.id = firsts.lead GROUP BY ALL)
        SELECT source, month, sum(cost)::DOUBLE / nullif(sum(customers), 0) FROM parts GROUP BY ALL""",
    # Without a window the chain from the first event is the longest, each step at its earliest behind the one before.
    "funnel": (
        """
        WITH a AS MATERIALIZED (SELECT lead, min(entered) AS t FROM stages WHERE stage = 'lead' GROUP BY lead),
        b AS MATERIALIZED (
            SELECT lead, min(entered) AS t FROM a JOIN stages USING (lead) WHERE stage = 'mql' AND entered >= t GROUP BY lead),
        c AS MATERIALIZED (
            SELECT lead, min(entered) AS t FROM b JOIN stages USING (lead) WHERE stage = 'sql' AND entered >= t GROUP BY lead),
        d AS (SELECT DISTINCT lead FROM c JOIN stages USING (lead) WHERE stage = 'won' AND entered >= t),
        reached AS (
            SELECT lead, 1 AS step FROM a UNION ALL SELECT lead, 2 FROM b
            UNION ALL SELECT lead, 3 FROM c UNION ALL SELECT lead, 4 FROM d)
        SELECT source, count(*) FILTER (step = 1), count(*) FILTER (step = 2), count(*) FILTER (step = 3), count(*) FILTER (step = 4)
        FROM reached JOIN leads ON id = lead GROUP BY source""",
        """
        WITH events AS (
            SELECT lead, min(entered) FILTER (stage = 'lead') AS a, list(entered) FILTER (stage = 'mql') AS mqls,
                list(entered) FILTER (stage = 'sql') AS sqls, max(entered) FILTER (stage = 'won') AS won
            FROM stages GROUP BY lead),
        seconds AS (SELECT *, list_min(list_filter(mqls, lambda t: t >= a)) AS b FROM events),
        thirds AS (SELECT *, list_min(list_filter(sqls, lambda t: t >= b)) AS c FROM seconds)
        SELECT source, count(*), count(b), count(c), count(*) FILTER (won >= c)
        FROM thirds JOIN leads ON id = lead WHERE a IS NOT NULL GROUP BY source""",
    ),
    "owners": f"""
        SELECT owner, count(*) FILTER ({WON}) / count(*) AS conversion
        FROM leads GROUP BY owner HAVING count(*) >= 100 ORDER BY conversion DESC, owner LIMIT 10""",
    "pages": "SELECT landing_page, count(*) AS n FROM leads GROUP BY ALL ORDER BY n DESC, landing_page LIMIT 10",
    "contains": "SELECT count(*) FROM leads WHERE contains(landing_page, 'crm')",
    "page": f"SELECT count(*) FROM leads WHERE landing_page = '{PAGE}'",
    "customers": """
        SELECT source, count(DISTINCT customer) FROM deals LEFT JOIN leads ON leads.id = deals.lead GROUP BY source""",
    "cube": "SELECT source, owner, date_trunc('month', created), count(*) FROM leads GROUP BY ALL",
    "within": f"""
        WITH wins AS (SELECT lead, min(closed) AS won_at FROM deals WHERE status = 'won' GROUP BY lead)
        SELECT source, count(*) FILTER (won_at <= created + INTERVAL 90 DAY) / count(*)
        FROM leads LEFT JOIN wins ON lead = id
        WHERE created <= TIMESTAMP '{NOW}' - INTERVAL 90 DAY GROUP BY source""",
    "why": f"""
        WITH marked AS (
            SELECT source, created >= '2024-04-01' AS later, {WON} AS won
            FROM leads WHERE created >= '2024-01-01' AND created < '2024-07-01')
        SELECT source,
            count(*) FILTER (won AND NOT later) / nullif(count(*) FILTER (NOT later), 0),
            count(*) FILTER (won AND later) / nullif(count(*) FILTER (later), 0)
        FROM marked GROUP BY source""",
}
