"""What an expert would type into DuckDB and PostgreSQL for the ten KPI queries, over the four tables as they were loaded.

Each answers all that funnel's query answers: the funnel's steps with the median and the 90th percentile of their times too.
"""

from . import duckdb_plain

TEN = ("filter", "group", "conversion", "conversion_month", "revenue_month", "deal_size", "cycle", "cac", "funnel", "owners")

DUCKDB = {name: duckdb_plain.QUERIES[name] for name in TEN} | {
    "funnel": """
        WITH a AS MATERIALIZED (SELECT lead, min(entered) AS t FROM stages WHERE stage = 'lead' GROUP BY lead),
        b AS MATERIALIZED (
            SELECT lead, min(entered) AS t, min(a.t) AS before
            FROM a JOIN stages USING (lead) WHERE stage = 'mql' AND entered >= a.t GROUP BY lead),
        c AS MATERIALIZED (
            SELECT lead, min(entered) AS t, min(b.t) AS before
            FROM b JOIN stages USING (lead) WHERE stage = 'sql' AND entered >= b.t GROUP BY lead),
        d AS (
            SELECT lead, min(entered) AS t, min(c.t) AS before
            FROM c JOIN stages USING (lead) WHERE stage = 'won' AND entered >= c.t GROUP BY lead),
        reached AS (
            SELECT lead, 1 AS step, NULL AS took FROM a UNION ALL SELECT lead, 2, epoch_us(t) - epoch_us(before) FROM b
            UNION ALL SELECT lead, 3, epoch_us(t) - epoch_us(before) FROM c
            UNION ALL SELECT lead, 4, epoch_us(t) - epoch_us(before) FROM d)
        SELECT source, step, count(*), median(took) / 86400e6, quantile_cont(took, 0.9) / 86400e6
        FROM reached JOIN leads ON id = lead GROUP BY source, step""",
}

WINNERS = "LEFT JOIN (SELECT DISTINCT lead FROM deals WHERE status = 'won') AS won ON won.lead = leads.id"

POSTGRES = {
    "filter": "SELECT count(*) FROM leads WHERE source = 'ads'",
    "group": "SELECT source, count(*) FROM leads GROUP BY source",
    "conversion": f"SELECT source, count(won.lead)::float8 / count(*) FROM leads {WINNERS} GROUP BY source",
    "conversion_month": f"""
        SELECT date_trunc('month', created), count(won.lead)::float8 / count(*)
        FROM leads {WINNERS} WHERE source = 'ads' GROUP BY 1""",
    "revenue_month": "SELECT date_trunc('month', closed), sum(amount) FROM deals WHERE status = 'won' GROUP BY 1",
    "deal_size": """
        SELECT product, date_trunc('quarter', closed), sum(amount)::float8 / count(*)
        FROM deals WHERE status = 'won' GROUP BY 1, 2""",
    "cycle": """
        SELECT source, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM won_at - created)::float8) / 86400
        FROM leads LEFT JOIN (SELECT lead, min(closed) AS won_at FROM deals WHERE status = 'won' GROUP BY lead) AS wins ON lead = id
        GROUP BY source""",
    "cac": """
        WITH firsts AS (
            SELECT DISTINCT ON (customer) customer, lead, closed FROM deals WHERE status = 'won' ORDER BY customer, closed, id),
        parts AS (
            SELECT source, date_trunc('month', date) AS month, sum(amount) AS cost, 0 AS customers FROM costs GROUP BY 1, 2
            UNION ALL
            SELECT source, date_trunc('month', closed), 0, count(*) FROM firsts LEFT JOIN leads ON leads.id = firsts.lead GROUP BY 1, 2)
        SELECT source, month, sum(cost)::float8 / nullif(sum(customers), 0) FROM parts GROUP BY 1, 2""",
    "funnel": """
        WITH a AS MATERIALIZED (SELECT lead, min(entered) AS t FROM stages WHERE stage = 'lead' GROUP BY lead),
        b AS MATERIALIZED (
            SELECT lead, min(entered) AS t, min(a.t) AS before
            FROM a JOIN stages USING (lead) WHERE stage = 'mql' AND entered >= a.t GROUP BY lead),
        c AS MATERIALIZED (
            SELECT lead, min(entered) AS t, min(b.t) AS before
            FROM b JOIN stages USING (lead) WHERE stage = 'sql' AND entered >= b.t GROUP BY lead),
        d AS (
            SELECT lead, min(entered) AS t, min(c.t) AS before
            FROM c JOIN stages USING (lead) WHERE stage = 'won' AND entered >= c.t GROUP BY lead),
        reached AS (
            SELECT lead, 1 AS step, NULL::float8 AS took FROM a
            UNION ALL SELECT lead, 2, extract(epoch FROM t - before)::float8 FROM b
            UNION ALL SELECT lead, 3, extract(epoch FROM t - before)::float8 FROM c
            UNION ALL SELECT lead, 4, extract(epoch FROM t - before)::float8 FROM d)
        SELECT source, step, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY took) / 86400,
            percentile_cont(0.9) WITHIN GROUP (ORDER BY took) / 86400
        FROM reached JOIN leads ON id = lead GROUP BY source, step""",
    "owners": f"""
        SELECT owner, count(won.lead)::float8 / count(*) AS conversion
        FROM leads {WINNERS} GROUP BY owner HAVING count(*) >= 100 ORDER BY conversion DESC, owner COLLATE "C" LIMIT 10""",
}
