"""ClickHouse as a good analyst loads and asks: natural types, and joins."""

from .queries import FUNNEL_STEPS, NOW, PAGE

LEADS = """id Int64, created DateTime('UTC'), source Nullable(String), owner Nullable(String),
    qualified Nullable(DateTime('UTC')), country Nullable(String), campaign Nullable(String), landing_page String"""
DEALS = """id Int64, lead Int64, created DateTime('UTC'), closed Nullable(DateTime('UTC')), status String,
    amount Decimal(18, 2), customer Int64, owner Nullable(String), product String"""
STAGES = "lead Int64, stage String, entered DateTime('UTC')"
COSTS = "date Date, source Nullable(String), campaign Nullable(String), kind String, amount Decimal(18, 2)"


def file(folder, name, columns):
    return f"file('{folder}/{name}.csv', 'CSVWithNames', $${columns}$$)"


def load(run, folder):
    for name, columns in (("leads", LEADS), ("deals", DEALS), ("stages", STAGES), ("costs", COSTS)):
        run(f"CREATE TABLE {name} ENGINE = Memory AS SELECT * FROM {file(folder, name, columns)}")


# Leads with a win; the set counts a lead once, however many of its deals were won.
WON = "id IN (SELECT lead FROM deals WHERE status = 'won')"
WINS = "SELECT lead, min(closed) AS won_at FROM deals WHERE status = 'won' GROUP BY lead"
STEPS = ", ".join(f"stage = '{step}'" for step in FUNNEL_STEPS)
REACHED = ", ".join(f"countIf(level >= {level})" for level in range(1, len(FUNNEL_STEPS) + 1))

# A window longer than the time that there is: 32-bit seconds.
FOREVER = 4_294_967_295


def arrays(keys):
    """For each lead the events of the second step behind the first one of the first, and those of the third behind them."""
    return f"""
        SELECT {keys}, minIf(entered, stage = 'lead') AS first, maxIf(entered, stage = 'won') AS won,
            arrayFilter(t -> t >= first, groupArrayIf(entered, stage = 'mql')) AS seconds,
            if(empty(seconds), [], arrayFilter(t -> t >= arrayMin(seconds), groupArrayIf(entered, stage = 'sql'))) AS thirds
        FROM stages GROUP BY lead HAVING countIf(stage = 'lead') > 0"""


QUERIES = {
    "filter": "SELECT count() FROM leads WHERE source = 'ads'",
    "group": "SELECT source, count() FROM leads GROUP BY source",
    "conversion": f"SELECT source, countIf({WON}) / count() FROM leads GROUP BY source",
    "conversion_month": f"""
        SELECT toStartOfMonth(created) AS month, countIf({WON}) / count()
        FROM leads WHERE source = 'ads' GROUP BY month""",
    "revenue_month": """
        SELECT toStartOfMonth(closed) AS month, sum(amount) FROM deals WHERE status = 'won' GROUP BY month""",
    "deal_size": """
        SELECT product, toStartOfQuarter(closed) AS quarter, toFloat64(sum(amount)) / count()
        FROM deals WHERE status = 'won' GROUP BY product, quarter""",
    "cycle": f"""
        SELECT source, quantileExactInclusive(0.5)(dateDiff('second', created, won_at)) / 86400
        FROM ({WINS}) AS wins JOIN leads ON leads.id = wins.lead GROUP BY source""",
    # Money and customers are counted apart and then added up, so that a month with one of them alone is a line too.
    "cac": """
        SELECT source, month, toFloat64(sum(cost)) / nullIf(sum(customers), 0) FROM (
            SELECT source, toStartOfMonth(date) AS month, sum(amount) AS cost, 0 AS customers
            FROM costs GROUP BY source, month
            UNION ALL
            SELECT source, toStartOfMonth(first_closed) AS month, toDecimal128(0, 2) AS cost, count() AS customers
            FROM (
                SELECT argMin(lead, (closed, id)) AS first_lead, min(closed) AS first_closed
                FROM deals WHERE status = 'won' GROUP BY customer
            ) AS firsts LEFT JOIN leads ON leads.id = first_lead GROUP BY source, month
        ) GROUP BY source, month""",
    # windowFunnel takes each step at its earliest behind the one before, events of one time in the order of the steps; the
    # other form does the same with arrays.
    "funnel": (
        f"""
        SELECT source, {REACHED} FROM (
            SELECT lead, windowFunnel({FOREVER})(entered, {STEPS}) AS level FROM stages GROUP BY lead
        ) AS levels JOIN leads ON leads.id = levels.lead WHERE level > 0 GROUP BY source""",
        f"""
        SELECT source, count(), countIf(notEmpty(seconds)), countIf(notEmpty(thirds)), countIf(notEmpty(thirds) AND won >= arrayMin(thirds))
        FROM ({arrays("lead")}) AS chains JOIN leads ON leads.id = chains.lead GROUP BY source""",
    ),
    "owners": f"""
        SELECT owner, countIf({WON}) / count() AS conversion
        FROM leads GROUP BY owner HAVING count() >= 100 ORDER BY conversion DESC, owner LIMIT 10""",
    "pages": "SELECT landing_page, count() AS n FROM leads GROUP BY landing_page ORDER BY n DESC, landing_page LIMIT 10",
    "contains": "SELECT count() FROM leads WHERE position(landing_page, 'crm') > 0",
    "page": f"SELECT count() FROM leads WHERE landing_page = '{PAGE}'",
    "customers": """
        SELECT source, uniqExact(customer) FROM deals LEFT JOIN leads ON leads.id = deals.lead GROUP BY source""",
    "cube": "SELECT source, owner, toStartOfMonth(created) AS month, count() FROM leads GROUP BY source, owner, month",
    "within": f"""
        SELECT source, countIf(won_at <= created + INTERVAL 90 DAY) / count()
        FROM leads LEFT JOIN ({WINS}) AS wins ON wins.lead = leads.id
        WHERE created <= toDateTime('{NOW} 00:00:00', 'UTC') - INTERVAL 90 DAY GROUP BY source""",
    "why": f"""
        SELECT source, countIf(won AND NOT later) / nullIf(countIf(NOT later), 0), countIf(won AND later) / nullIf(countIf(later), 0)
        FROM (
            SELECT source, created >= toDateTime('2024-04-01 00:00:00', 'UTC') AS later, {WON} AS won FROM leads
            WHERE created >= toDateTime('2024-01-01 00:00:00', 'UTC') AND created < toDateTime('2024-07-01 00:00:00', 'UTC')
        ) GROUP BY source""",
}
