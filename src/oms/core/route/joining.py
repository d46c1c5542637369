"""
Orders of one buyer to one address that leave from one place on one day go in one parcel, where that costs less.

Looked at after the routing, buyer by buyer. An order that is new and leaves whole from one place may also move to where another
order of its buyer leaves from (joint_moves.py); what moved is taken out, and the rest is routed again with what that leaves.
Then what leaves together is joined (joint_shares.py).
"""

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from oms.core.route.decision import Decision, weightless
from oms.core.route.joint_moves import Moves
from oms.core.route.joint_parcels import groups_of
from oms.core.route.joint_shares import Shares
from oms.core.route.problem import Problem
from oms.core.route.rows import in_service_order
from oms.core.route.terms import TermsBook
from oms.model.frames import BUYERS

#: How often what is left is routed again after orders moved to be joined; beyond that they join where they are.
MOST_ROUNDS = 5


def buyers(contacts: pl.DataFrame) -> pl.DataFrame:
    """
    BUYERS of `contacts`: order_id, name, company, email, phone, address1, address2, city, region, postcode, country.

    A buyer is a name, an address and a mail address or phone number; who is masked or lacks one of them is nobody's namesake.
    """
    reach = pl.coalesce(_key("email", 6, r"\s"), _key("phone", 7, r"\D"))
    needed = [_key(name, 1) for name in ("name", "address1", "country")]
    town = pl.coalesce(_key("postcode", 1), _key("city", 1))
    rest = [_key(name, 0).fill_null("*") for name in ("company", "address2", "city", "region", "postcode")]
    buyer = pl.concat_str([reach, *needed, town, *rest], separator="\n")
    return contacts.select("order_id", buyer=buyer).drop_nulls("buyer").select(*BUYERS)


def _key(name: str, shortest: int, dropped: str = r"[\s.,;:#/'’-]") -> pl.Expr:
    """One spelling of what a contact says; NULL where it is masked or too short."""
    said = pl.col(name).fill_null("")
    spelled = said.str.to_lowercase().str.replace_all(dropped, "")
    return pl.when(~said.str.contains(r"\*"), spelled.str.len_chars() >= shortest).then(spelled)


def staying(problem: Problem) -> Problem:
    """
    `problem` in which orders that share a parcel already (`joint`) do not move, as long as all of them is reserved and no
    rule forbids a place they leave from.
    """
    barred = [(order_id, code) for order_id, ruling in problem.rulings.items() for code in ruling.barred]
    forbidden = pl.DataFrame(barred, {"order_id": pl.Int64, "location": pl.String}, orient="row")
    free = pl.concat([
        problem.demand.filter(pl.col("need") > 0).select("order_id"),
        problem.current.join(forbidden, on=["order_id", "location"], how="semi").select("order_id"),
    ])  # fmt: skip
    stay = problem.joint.join(free, on="order_id", how="anti")["order_id"].unique()
    movable = pl.col("movable") & ~pl.col("order_id").is_in(stay.implode())
    return replace(problem, current=problem.current.with_columns(movable=movable))


def consolidate(problem: Problem, book: TermsBook, decision: Decision, again: Callable[[Problem], Decision]) -> Decision:
    """
    `decision` with orders of one buyer joined; `again` routes what is left after some moved.

    Its `saved` is what the joining saves in all. There is no bound on what joining could save, so where it saves there is none.
    """
    best = decision
    taken: set[int] = set()
    for _round in range(MOST_ROUNDS if problem.rules.goal == "cost" else 0):
        moves = Moves(problem, best, groups_of(problem, book, best), taken)
        moved = moves.make()
        if not moved:
            break
        taken |= moved
        other = _rerouted(problem, best, moves.assignments(), taken, again)
        if other.total > best.total + moves.cost or other.short > best.short:
            break
        best = other
    shares, made = _shared(problem, book, best)
    if not made.joined.height:
        return replace(decision, saved=0)
    if made.total > decision.total:  # what moved left others worse off
        shares, made = _shared(problem, book, decision)
    bound = decision.lower_bound if made.total == decision.total else None
    return replace(
        made, saved=decision.total - made.total + shares.reserved, lower_bound=bound, greedy=decision.greedy,
        contested=decision.contested, scarce=decision.scarce,
    )  # fmt: skip


def _shared(problem: Problem, book: TermsBook, decision: Decision) -> tuple[Shares, Decision]:
    """`decision` with what leaves from one place on one day joined."""
    shares = Shares(problem, decision, groups_of(problem, book, decision))
    joined = shares.join()
    return shares, replace(decision, joined=joined, assignments=shares.assignments())


def _rerouted(
    problem: Problem, decision: Decision, assignments: pl.DataFrame, taken: set[int], again: Callable[[Problem], Decision]
) -> Decision:  # fmt: skip
    """The orders `taken` as `assignments` has them, and all others routed on what those leave."""
    kept = assignments.filter(pl.col("order_id").is_in(sorted(taken)))
    used = kept.group_by("sku", "location").agg(pl.col("quantity").sum())
    leave = dict(kept.group_by("location").agg(pl.col("order_id").n_unique()).iter_rows())
    others = ~pl.col("order_id").is_in(sorted(taken))
    rest = again(replace(
        problem,
        orders=problem.orders.filter(others),
        demand=problem.demand.filter(others),
        stock=problem.stock.join(used, on=["sku", "location"], how="left", maintain_order="left")
        .select("sku", "location", free=pl.col("free") - pl.col("quantity").fill_null(0)),
        places=tuple(
            place if place.capacity is None else replace(place, capacity=place.capacity - leave.get(place.code, 0))
            for place in problem.places
        ),
    ))  # fmt: skip
    ranks = in_service_order(problem).select("order_id").with_row_index("rank")
    both = pl.concat([kept, rest.assignments]).join(ranks, on="order_id", maintain_order="left")
    both = both.sort("rank", maintain_order=True).drop("rank")
    return replace(
        rest, assignments=both, routed=rest.routed + len(taken), unknown_services=decision.unknown_services,
        weightless=weightless(problem, both),
    )  # fmt: skip
