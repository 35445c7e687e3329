"""What an expert would type into DuckDB and PostgreSQL for the ten KPI queries, over the four tables as they were loaded.

Each answers all that funnel's query answers: the funnel's steps with the median and the 90th percentile of their times too, and a
conversion with how many of its leads are still open, which stands in every row: neither with a won deal nor with lost ones alone.
"""

from . import duckdb_plain

# Those whose rows end with the open leads.
COUNT_OPEN = ("conversion", "conversion_month", "owners")

TEN = ("filter", "group", "conversion", "conversion_month", "revenue_month", "deal_size", "cycle", "cac", "funnel", "owners")

WON = duckdb_plain.WON
LOST = "id IN (SELECT lead FROM deals WHERE lead IS NOT NULL GROUP BY lead HAVING bool_and(status IS NOT DISTINCT FROM 'lost'))"

DUCKDB = {name: duckdb_plain.QUERIES[name] for name in TEN} | {
    "conversion": f"""
        WITH groups AS (SELECT source, count(*) AS leads, count(*) FILTER ({WON}) AS won FROM leads GROUP BY source)
        SELECT source, won / leads, sum(leads - won) OVER () - (SELECT count(*) FROM leads WHERE {LOST}) FROM groups""",
    "conversion_month": f"""
        WITH groups AS (
            SELECT date_trunc('month', created) AS month, count(*) AS leads, count(*) FILTER ({WON}) AS won, count(*) FILTER ({LOST}) AS lost
            FROM leads WHERE source = 'ads' GROUP BY ALL)
        SELECT month, won / leads, sum(leads - won - lost) OVER () FROM groups""",
    "owners": f"""
        WITH groups AS (SELECT owner, count(*) AS leads, count(*) FILTER ({WON}) AS won FROM leads GROUP BY owner)
        SELECT owner, won / leads AS conversion, (SELECT sum(leads - won) FROM groups) - (SELECT count(*) FROM leads WHERE {LOST})
        FROM groups WHERE leads >= 100 ORDER BY conversion DESC, owner LIMIT 10""",
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

# Of the deals of a lead the one that says most: 2 won, 1 open, 0 lost.
STANDING = """LEFT JOIN (
            SELECT lead, max(CASE status WHEN 'won' THEN 2 WHEN 'lost' THEN 0 ELSE 1 END) AS standing FROM deals GROUP BY lead) AS s
            ON s.lead = leads.id"""
COUNTS = """count(*) AS leads, count(*) FILTER (WHERE standing = 2) AS won,
            count(*) FILTER (WHERE coalesce(standing, 1) = 1) AS open"""

POSTGRES = {
    "filter": "SELECT count(*) FROM leads WHERE source = 'ads'",
    "group": "SELECT source, count(*) FROM leads GROUP BY source",
    "conversion": f"""
        WITH groups AS (SELECT source, {COUNTS} FROM leads {STANDING} GROUP BY source)
        SELECT source, won::float8 / leads, sum(open) OVER () FROM groups""",
    "conversion_month": f"""
        WITH groups AS (
            SELECT date_trunc('month', created) AS month, {COUNTS}
            FROM leads {STANDING} WHERE source = 'ads' GROUP BY 1)
        SELECT month, won::float8 / leads, sum(open) OVER () FROM groups""",
    "revenue_month": "SELECT date_trunc('month', closed), sum(amount) FROM deals WHERE status = 'won' GROUP BY 1",
    "deal_size": """
        SELECT product, date_trunc('quarter', closed), sum(amount)::float8 / count(*)
        FROM deals WHERE status = 'won' GROUP BY 1, 2""",
    # All rows would be sorted by source for the median, so the leads without a win are left out of it.
    "cycle": """
        WITH wins AS (SELECT lead, min(closed) AS won_at FROM deals WHERE status = 'won' GROUP BY lead),
        timed AS (
            SELECT source, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM won_at - created)::float8) / 86400 AS days
            FROM wins JOIN leads ON lead = id GROUP BY source)
        SELECT sources.source, days FROM (SELECT source FROM leads GROUP BY source) AS sources
        LEFT JOIN timed ON timed.source IS NOT DISTINCT FROM sources.source""",
    "cac": """
        WITH firsts AS (
            SELECT DISTINCT ON (customer) customer, lead, closed FROM deals WHERE status = 'won' ORDER BY customer, closed, id),
        parts AS (
            SELECT source, date_trunc('month', date) AS month, sum(amount) AS cost, 0 AS customers FROM costs GROUP BY 1, 2
            UNION ALL
            SELECT source, date_trunc('month', closed), 0, count(*) FROM firsts LEFT JOIN leads ON leads.id = firsts.lead GROUP BY 1, 2)
        SELECT source, month, sum(cost)::float8 / nullif(sum(customers), 0) FROM parts GROUP BY 1, 2""",
    # One pass over the stage rows in the order of their index, instead of a join for each step, takes half the time.
    "funnel": """
        WITH events AS (
            SELECT lead, min(entered) FILTER (WHERE stage = 'lead') AS a, array_agg(entered) FILTER (WHERE stage = 'mql') AS mqls,
                array_agg(entered) FILTER (WHERE stage = 'sql') AS sqls, array_agg(entered) FILTER (WHERE stage = 'won') AS wons
            FROM stages GROUP BY lead),
        chains AS MATERIALIZED (
            SELECT source, extract(epoch FROM b - a)::float8 AS ab, extract(epoch FROM c - b)::float8 AS bc, extract(epoch FROM d - c)::float8 AS cd
            FROM events
            CROSS JOIN LATERAL (SELECT min(t) AS b FROM unnest(mqls) AS t WHERE t >= a) AS second
            CROSS JOIN LATERAL (SELECT min(t) AS c FROM unnest(sqls) AS t WHERE t >= b) AS third
            CROSS JOIN LATERAL (SELECT min(t) AS d FROM unnest(wons) AS t WHERE t >= c) AS fourth
            JOIN leads ON id = lead WHERE a IS NOT NULL),
        counts AS (SELECT source, count(*) AS n1, count(ab) AS n2, count(bc) AS n3, count(cd) AS n4 FROM chains GROUP BY source),
        times AS (
            SELECT source AS of_source, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY ab) AS p2,
                percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY bc) AS p3, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY cd) AS p4
            FROM chains WHERE ab IS NOT NULL GROUP BY source)
        SELECT source, step, n, p[1] / 86400, p[2] / 86400
        FROM counts LEFT JOIN times ON of_source IS NOT DISTINCT FROM source
        CROSS JOIN LATERAL (VALUES (1, n1, NULL::float8[]), (2, n2, p2), (3, n3, p3), (4, n4, p4)) AS steps (step, n, p)""",
    "owners": f"""
        WITH groups AS (SELECT owner, {COUNTS} FROM leads {STANDING} GROUP BY owner)
        SELECT owner, won::float8 / leads AS conversion, (SELECT sum(open) FROM groups)
        FROM groups WHERE leads >= 100 ORDER BY conversion DESC, owner COLLATE "C" LIMIT 10""",
}
