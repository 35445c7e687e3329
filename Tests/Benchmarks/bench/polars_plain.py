"""Polars as a good analyst loads and asks: natural types, and joins."""

from datetime import datetime, timedelta

import polars as pl
from polars import col

from .queries import NOW, PAGE

MONEY = pl.Decimal(18, 2)
SECONDS_A_DAY = 86_400


def load(folder):
    def read(name, **types):
        return pl.read_csv(f"{folder}/{name}.csv", try_parse_dates=True, schema_overrides=types)

    return {
        "leads": read("leads"), "deals": read("deals", amount=MONEY),
        "stages": read("stages"), "costs": read("costs", amount=MONEY),
    }


def queries(frames):
    leads, deals, stages, costs = (frames[name] for name in ("leads", "deals", "stages", "costs"))
    wins = deals.filter(status="won")
    # When each lead was won; each lead once, however many of its deals were won.
    won_at = wins.group_by("lead").agg(won_at=col("closed").min())
    marked = leads.join(won_at, left_on="id", right_on="lead", how="left")
    conversion = col("won_at").count() / pl.len()
    month = col("created").dt.truncate("1mo")
    sources = leads.select("id", "source")

    # Money and customers are counted apart and then added up, so that a month with one of them alone is a line too.
    firsts = wins.sort("closed", "id").group_by("customer").agg(col("lead").first(), col("closed").first())
    spent = costs.group_by("source", month=col("date").dt.truncate("1mo").cast(pl.Date)).agg(
        cost=col("amount").sum(), customers=pl.lit(0, pl.UInt32))
    gained = (
        firsts.join(sources, left_on="lead", right_on="id", how="left")
        .group_by("source", month=col("closed").dt.truncate("1mo").cast(pl.Date))
        .agg(cost=pl.lit(0).cast(MONEY), customers=pl.len()))
    parts = pl.concat([spent, gained], how="vertical_relaxed").group_by("source", "month").agg(col("cost").sum(), col("customers").sum())

    quarters = marked.filter(col("created") >= datetime(2024, 1, 1), col("created") < datetime(2024, 7, 1))
    later = col("created") >= datetime(2024, 4, 1)
    won = col("won_at").is_not_null()
    oldest = datetime.fromisoformat(NOW) - timedelta(days=90)
    count = pl.len()
    return {
        "filter": leads.filter(source="ads").select(count),
        "group": leads.group_by("source").agg(count),
        "conversion": marked.group_by("source").agg(conversion),
        "conversion_month": marked.filter(source="ads").group_by(month).agg(conversion),
        "revenue_month": wins.group_by(col("closed").dt.truncate("1mo")).agg(col("amount").sum()),
        "deal_size": wins.group_by("product", col("closed").dt.truncate("1q")).agg(col("amount").sum().cast(pl.Float64) / count),
        "cycle": marked.group_by("source").agg((col("won_at") - col("created")).dt.total_seconds().median() / SECONDS_A_DAY),
        "cac": parts.select("source", "month", ratio(col("cost").cast(pl.Float64), col("customers"))),
        "funnel": chains(stages).join(sources, left_on="lead", right_on="id", how="left").group_by("source").agg(*REACHED),
        "owners": marked.group_by("owner").agg(conversion.alias("conversion"), count.alias("n")).filter(col("n") >= 100)
        .select("owner", "conversion").sort("conversion", "owner", descending=[True, False]).head(10),
        "pages": leads.group_by("landing_page").agg(count).sort("len", "landing_page", descending=[True, False]).head(10),
        "contains": leads.filter(col("landing_page").str.contains("crm", literal=True)).select(count),
        "page": leads.filter(landing_page=PAGE).select(count),
        "customers": deals.join(sources, left_on="lead", right_on="id", how="left").group_by("source").agg(col("customer").n_unique()),
        "cube": leads.group_by("source", "owner", month).agg(count),
        "within": marked.filter(col("created") <= oldest).group_by("source").agg(
            (col("won_at") <= col("created").dt.offset_by("90d")).sum() / count),
        "why": quarters.group_by("source").agg(
            before=ratio((won & ~later).sum(), (~later).sum()), after=ratio((won & later).sum(), later.sum())),
    }


def ratio(part, whole):
    """Missing where the whole is 0."""
    return pl.when(whole != 0).then(part / whole)


REACHED = (pl.len(), *(col(step).count() for step in ("mql", "sql", "won")))


def chains(stages, keys=()):
    """When each lead entered each step. Without a window the chain from the first event is the longest, each step at its
    earliest behind the one before."""
    start = stages.filter(stage="lead").group_by("lead").agg(col("entered").min().alias("t"), *(col(key).first() for key in keys))
    chain, reached = start, start
    for step in ("mql", "sql", "won"):
        reached = (
            stages.filter(stage=step).select("lead", "entered").join(reached.select("lead", "t"), on="lead")
            .filter(col("entered") >= col("t")).group_by("lead").agg(col("entered").min().alias("t")))
        chain = chain.join(reached.rename({"t": step}), on="lead", how="left")
    return chain
