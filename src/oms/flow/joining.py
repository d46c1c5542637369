"""`[routing] consolidate`: which orders may share a parcel, and which do already."""

import sqlite3
from dataclasses import replace

from oms.config import Config
from oms.core.route import Problem
from oms.core.route.joining import buyers, staying
from oms.store import joining


def with_buyers(problem: Problem, conn: sqlite3.Connection, config: Config) -> Problem:
    """
    `problem` with the buyers of its orders, those of temp.routable. Whose channel makes the label shares no parcel.

    What shares one already stays together.
    """
    if not config.routing.consolidate:
        return problem
    own = [channel.name for channel in config.channels if not channel.labels_itself]
    contacts = joining.contacts(conn, own)
    joint, parted = joining.joint(conn)
    return staying(replace(problem, buyers=buyers(contacts), joint=joint, parted=parted))
