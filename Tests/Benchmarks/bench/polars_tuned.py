"""Polars prepared for these queries: enumerations, narrow numbers, joins made at load, stage rows in order.

Times are seconds since 1970 in 32 bits, months and quarters are counted from the year 0, money is in cents.
"""

from datetime import datetime, timezone

import polars as pl
from polars import col

from . import polars_plain
from .polars_plain import REACHED, SECONDS_A_DAY, chains, ratio
from .queries import NOW, PAGE

STAGES = pl.Enum(["lead", "mql", "sql", "proposal", "won", "lost"])
STATES = pl.Enum(["open", "won", "lost"])


def load(folder):
    raw = polars_plain.load(folder)
    kinds = {
        "source": enumeration(raw["leads"]["source"], raw["costs"]["source"]),
        "owner": enumeration(raw["leads"]["owner"], raw["deals"]["owner"]),
        "campaign": enumeration(raw["leads"]["campaign"], raw["costs"]["campaign"]),
        "country": enumeration(raw["leads"]["country"]),
        "landing_page": enumeration(raw["leads"]["landing_page"]),
        "product": enumeration(raw["deals"]["product"]),
        "kind": enumeration(raw["costs"]["kind"]),
        "status": STATES, "stage": STAGES,
    }

    def narrowed(name):
        frame = raw.pop(name)
        dates = [column for column, kind in frame.schema.items() if kind == pl.Datetime]
        ids = [column for column in ("id", "lead", "customer") if column in frame.columns]
        return frame.with_columns(
            *(col(column).cast(kind) for column, kind in kinds.items() if column in frame.columns),
            *(col(column).dt.epoch("s").cast(pl.Int32) for column in dates),
            *(col(column).cast(pl.UInt32) for column in ids),
            *((col("amount") * 100).cast(pl.Int32) for column in frame.columns if column == "amount"),
            *periods(frame))

    leads, deals, stages, costs = (narrowed(name) for name in ("leads", "deals", "stages", "costs"))
    wins = deals.filter(status="won")
    won_at = wins.group_by("lead").agg(won_at=col("closed").min())
    leads = leads.join(won_at, left_on="id", right_on="lead", how="left", maintain_order="left").with_columns(won=col("won_at").is_not_null())
    firsts = wins.sort("closed", "id").group_by("customer").agg(col("id").first(), new_customer=True)
    deals = deals.join(firsts.drop("customer"), on="id", how="left", maintain_order="left").with_columns(col("new_customer").fill_null(False))
    deals = deals.join(leads.select("id", "source", lead_created="created"), left_on="lead", right_on="id", how="left", maintain_order="left")
    stages = stages.join(leads.select("id", "source"), left_on="lead", right_on="id", how="left").sort("lead", "entered", "stage").with_columns(col("lead").set_sorted())
    return {"leads": leads.rechunk(), "deals": deals.rechunk(), "stages": stages.rechunk(), "costs": costs.rechunk()}


def enumeration(*columns):
    return pl.Enum(pl.concat(columns).drop_nulls().unique().sort())


def periods(frame):
    """The month, and of deals the quarter, of the date that places a row in time."""
    name = next((name for name in ("closed", "date", "created") if name in frame.columns), None)
    if name is None:
        return []
    year = col(name).dt.year().cast(pl.UInt16)
    month = (year * 12 + col(name).dt.month() - 1).cast(pl.UInt16).alias("month")
    return [month, (year * 4 + col(name).dt.quarter() - 1).cast(pl.UInt16).alias("quarter")] if name == "closed" else [month]


def queries(frames):
    leads, deals, stages, costs = (frames[name] for name in ("leads", "deals", "stages", "costs"))
    wins = deals.filter(status="won")
    cents = col("amount").cast(pl.Int64).sum()
    spent = costs.group_by("source", "month").agg(cost=cents, customers=pl.lit(0, pl.UInt32))
    gained = deals.filter("new_customer").group_by("source", "month").agg(cost=pl.lit(0, pl.Int64), customers=pl.len())
    parts = pl.concat([spent, gained]).group_by("source", "month").agg(col("cost").sum(), col("customers").sum())
    now = int(datetime.fromisoformat(NOW).replace(tzinfo=timezone.utc).timestamp())
    # Months of 2024, counted from the year 0.
    later = col("month") >= 24291
    count = pl.len()
    pages = frames["leads"].collect_schema()["landing_page"].categories
    holding = pages.filter(pages.str.contains("crm", literal=True)).cast(pl.Enum(pages))
    return {
        "filter": leads.filter(source="ads").select(count),
        "group": leads.group_by("source").agg(count),
        "conversion": leads.group_by("source").agg(col("won").mean()),
        "conversion_month": leads.filter(source="ads").group_by("month").agg(col("won").mean()),
        "revenue_month": wins.group_by("month").agg(cents / 100),
        "deal_size": wins.group_by("product", "quarter").agg(cents / (100 * count)),
        "cycle": leads.group_by("source").agg((col("won_at") - col("created")).median() / SECONDS_A_DAY),
        "cac": parts.select("source", "month", ratio(col("cost"), 100 * col("customers"))),
        "funnel": chains(stages, ["source"]).group_by("source").agg(*REACHED),
        "owners": leads.group_by("owner").agg(col("won").mean(), count.alias("n")).filter(col("n") >= 100)
        .select("owner", "won").sort("won", "owner", descending=[True, False]).head(10),
        "pages": leads.group_by("landing_page").agg(count).sort("len", "landing_page", descending=[True, False]).head(10),
        # The text was looked for in the names of the enumeration; what is left are codes in the rows.
        "contains": leads.filter(col("landing_page").is_in(holding.implode())).select(count),
        "page": leads.filter(landing_page=PAGE).select(count),
        "customers": deals.group_by("source").agg(col("customer").n_unique()),
        "cube": leads.group_by("source", "owner", "month").agg(count),
        "within": leads.filter(col("created") <= now - 90 * SECONDS_A_DAY).group_by("source").agg(
            (col("won_at") - col("created") <= 90 * SECONDS_A_DAY).sum() / count),
        "why": leads.filter(col("month").is_between(24288, 24293)).group_by("source").agg(
            before=ratio((col("won") & ~later).sum(), (~later).sum()), after=ratio((col("won") & later).sum(), later.sum())),
    }
