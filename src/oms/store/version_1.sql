-- The tables of `oms.db`, version 1. Every row has an integer `id` that only grows, which is what undo counts on.
-- Personal data lives in `contacts` alone, so that it can be purged. `status`, `stock.*` and the derived holds follow
-- from the other tables; they are written once a batch (flow/settle.py) and proven by `oms doctor`.

-- told = 0: a command that must not happen twice is committed, and nobody has seen it say so yet.
CREATE TABLE batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    command TEXT NOT NULL,
    words TEXT NOT NULL DEFAULT '',
    started_at TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '{}',
    told INTEGER NOT NULL DEFAULT 1,
    undoes INTEGER REFERENCES batches(id),
    undone_by INTEGER REFERENCES batches(id)
) STRICT;

CREATE TABLE marks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    name TEXT NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL
) STRICT;

CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    before TEXT
) STRICT;
CREATE INDEX changes_by_batch ON changes(batch_id);
CREATE INDEX changes_by_row ON changes(name, row_id);

-- The newest id of each table when the running batch began: what it makes itself needs no row in `changes`.
CREATE TABLE floors (name TEXT PRIMARY KEY, last_id INTEGER NOT NULL) STRICT;

CREATE TABLE files_in (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    channel TEXT,
    location TEXT,
    as_of TEXT NOT NULL,
    rows INTEGER NOT NULL,
    report TEXT NOT NULL
) STRICT;
CREATE INDEX files_in_by_sha ON files_in(sha256);
CREATE INDEX files_in_by_channel ON files_in(channel, kind);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    location TEXT,
    channel TEXT,
    sha256 TEXT NOT NULL,
    bytes BLOB NOT NULL,
    erased INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX documents_by_batch ON documents(batch_id);

CREATE TABLE pending_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER REFERENCES documents(id),
    move_from TEXT,
    move_to TEXT
) STRICT;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_id INTEGER,
    sku TEXT,
    location TEXT,
    detail TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX events_by_order ON events(order_id) WHERE order_id IS NOT NULL;
CREATE INDEX events_by_batch ON events(batch_id);
CREATE INDEX events_elsewhere ON events(at) WHERE kind = 'shipped_elsewhere';

CREATE TABLE locations (code TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, settings TEXT NOT NULL) STRICT;
CREATE TABLE channels (name TEXT PRIMARY KEY, kind TEXT NOT NULL, settings TEXT NOT NULL) STRICT;

CREATE TABLE products (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL UNIQUE,
    title TEXT,
    barcode TEXT,
    weight_g INTEGER,
    length_mm INTEGER,
    width_mm INTEGER,
    height_mm INTEGER,
    cost INTEGER,
    currency TEXT,
    hs_code TEXT,
    origin TEXT,
    active INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE kit_components (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kit_sku TEXT NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    UNIQUE (kit_sku, sku)
) STRICT;
CREATE INDEX kits_by_component ON kit_components(sku);

-- A listing with sku NULL was named by one of the channel's own files and has no row of the seller's yet.
CREATE TABLE listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL REFERENCES channels(name),
    listing_sku TEXT NOT NULL,
    sku TEXT,
    quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0),
    title TEXT,
    barcode TEXT,
    UNIQUE (channel, listing_sku)
) STRICT;
CREATE INDEX listings_by_sku ON listings(sku);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL REFERENCES channels(name),
    order_ref TEXT NOT NULL,
    channel_order_id TEXT,
    file_id INTEGER REFERENCES files_in(id),
    row INTEGER,
    format TEXT,
    content_hash BLOB,
    as_of TEXT NOT NULL,
    placed_at TEXT,
    payment TEXT NOT NULL DEFAULT 'unknown',
    cancelled_at TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    on_hold INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    external INTEGER NOT NULL DEFAULT 0,
    no_address INTEGER NOT NULL DEFAULT 0,
    counter_location TEXT,
    ship_by TEXT,
    currency TEXT,
    subtotal INTEGER,
    discount INTEGER,
    shipping INTEGER,
    tax INTEGER,
    total INTEGER,
    refunded INTEGER,
    service TEXT,
    risk TEXT,
    tags TEXT,
    note TEXT,
    gift INTEGER NOT NULL DEFAULT 0,
    delivery TEXT NOT NULL DEFAULT 'ship',
    pickup_location TEXT,
    route_tried INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'ready'
) STRICT;
CREATE UNIQUE INDEX orders_by_channel_id ON orders(channel_order_id, channel) WHERE channel_order_id IS NOT NULL;
CREATE INDEX orders_by_ref ON orders(order_ref, channel);
CREATE INDEX orders_by_status ON orders(status, channel);
CREATE INDEX orders_by_time ON orders(placed_at);
CREATE INDEX orders_late ON orders(ship_by, status) WHERE status NOT IN ('cancelled', 'external', 'delivered', 'shipped');

CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL UNIQUE REFERENCES orders(id),
    name TEXT,
    company TEXT,
    phone TEXT,
    email TEXT,
    address1 TEXT,
    address2 TEXT,
    city TEXT,
    region TEXT,
    postcode TEXT,
    country TEXT,
    erased INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders(id),
    line_ref TEXT NOT NULL,
    has_channel_ref INTEGER NOT NULL,
    line_key TEXT NOT NULL,
    position INTEGER NOT NULL,
    row INTEGER,
    listing_sku TEXT,
    title TEXT,
    variant TEXT,
    barcode TEXT,
    note TEXT,
    ordered INTEGER NOT NULL,
    cancelled INTEGER NOT NULL DEFAULT 0,
    recalled INTEGER NOT NULL DEFAULT 0,
    shipped INTEGER NOT NULL DEFAULT 0,
    shipped_elsewhere INTEGER NOT NULL DEFAULT 0,
    returned INTEGER NOT NULL DEFAULT 0,
    restocked INTEGER NOT NULL DEFAULT 0,
    scrapped INTEGER NOT NULL DEFAULT 0,
    unit_price INTEGER,
    discount INTEGER,
    tax INTEGER,
    external INTEGER NOT NULL DEFAULT 0,
    sku TEXT,
    listing_quantity INTEGER NOT NULL DEFAULT 1,
    CHECK (ordered >= 0 AND cancelled >= 0 AND shipped >= 0 AND ordered >= cancelled + shipped),
    CHECK (recalled >= 0 AND recalled <= ordered - cancelled),
    CHECK (shipped >= shipped_elsewhere AND shipped_elsewhere >= 0),
    CHECK (shipped >= returned AND returned >= restocked + scrapped AND restocked >= 0 AND scrapped >= 0)
) STRICT;
CREATE INDEX lines_by_order ON lines(order_id);
CREATE INDEX lines_by_listing ON lines(listing_sku);
CREATE INDEX lines_unmapped ON lines(listing_sku, order_id) WHERE sku IS NULL AND external = 0;

-- What one line unit draws: one row a sku (kits and multipacks exploded).
CREATE TABLE line_units (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    line_id INTEGER NOT NULL REFERENCES lines(id),
    sku TEXT NOT NULL REFERENCES products(sku),
    units INTEGER NOT NULL CHECK (units > 0),
    UNIQUE (line_id, sku)
) STRICT;
CREATE INDEX line_units_by_sku ON line_units(sku);

CREATE TABLE holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders(id),
    reason TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    released INTEGER NOT NULL DEFAULT 0,
    UNIQUE (order_id, reason)
) STRICT;

CREATE TABLE stock (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL REFERENCES products(sku),
    location TEXT NOT NULL REFERENCES locations(code),
    on_hand INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0,
    shortfall INTEGER NOT NULL DEFAULT 0 CHECK (shortfall >= 0),
    count_id INTEGER,
    UNIQUE (sku, location),
    CHECK (reserved >= 0 AND on_hand >= reserved)
) STRICT;

-- kind 'count': quantity is what was there. All other kinds: quantity is added (signed).
-- `tie` orders what shares a second: 0 facts from files, 1 counts from files, 2 what happened while oms ran, by id.
CREATE TABLE moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    sku TEXT NOT NULL REFERENCES products(sku),
    location TEXT NOT NULL REFERENCES locations(code),
    kind TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    happened_at TEXT NOT NULL,
    tie INTEGER NOT NULL,
    line_id INTEGER REFERENCES lines(id),
    allocation_id INTEGER REFERENCES allocations(id),
    parcel_id INTEGER REFERENCES parcels(id),
    file_id INTEGER REFERENCES files_in(id),
    row INTEGER,
    note TEXT
) STRICT;
CREATE INDEX moves_in_order ON moves(sku, location, happened_at, tie, id);
CREATE INDEX counts_in_order ON moves(sku, location, happened_at, tie, id) WHERE kind = 'count';
CREATE INDEX moves_by_line ON moves(line_id) WHERE line_id IS NOT NULL;
CREATE UNIQUE INDEX counts_once ON moves(sku, location, happened_at) WHERE kind = 'count' AND tie = 1;

CREATE TABLE incoming (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL,
    location TEXT,
    quantity INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    expected_on TEXT NOT NULL,
    reference TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX incoming_once ON incoming(sku, COALESCE(location, ''), expected_on, reference);

CREATE TABLE rates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    location TEXT NOT NULL,
    carrier TEXT NOT NULL,
    service TEXT NOT NULL,
    country TEXT NOT NULL,
    postcode_prefix TEXT NOT NULL DEFAULT '',
    weight_from_g INTEGER NOT NULL DEFAULT 0,
    weight_to_g INTEGER NOT NULL,
    price INTEGER NOT NULL,
    per_kg INTEGER NOT NULL DEFAULT 0,
    currency TEXT NOT NULL,
    days_min INTEGER,
    days_max INTEGER,
    UNIQUE (location, carrier, service, country, postcode_prefix, weight_from_g)
) STRICT;

CREATE TABLE allocations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    order_id INTEGER NOT NULL REFERENCES orders(id),
    line_id INTEGER NOT NULL REFERENCES lines(id),
    sku TEXT NOT NULL REFERENCES products(sku),
    location TEXT NOT NULL REFERENCES locations(code),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    state TEXT NOT NULL CHECK (state IN ('reserved', 'picking', 'shipped', 'released')),
    count_id INTEGER,
    carrier TEXT,
    service TEXT,
    ship_on TEXT,
    distance_km REAL,
    distance_level TEXT,
    cost INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX allocations_by_line ON allocations(line_id);
CREATE INDEX allocations_by_order ON allocations(order_id);
CREATE INDEX allocations_open ON allocations(sku, location) WHERE state IN ('reserved', 'picking');
CREATE INDEX allocations_by_place ON allocations(location, state);

-- Why a line waits, as the last routing said.
CREATE TABLE waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES orders(id),
    line_id INTEGER NOT NULL REFERENCES lines(id),
    sku TEXT NOT NULL,
    short INTEGER NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (line_id, sku)
) STRICT;

CREATE TABLE parcels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    location TEXT REFERENCES locations(code),
    carrier TEXT,
    service TEXT,
    tracking TEXT,
    shipped_at TEXT NOT NULL,
    cost INTEGER,
    elsewhere INTEGER NOT NULL DEFAULT 0,
    file_id INTEGER REFERENCES files_in(id),
    row INTEGER
) STRICT;
CREATE INDEX parcels_by_tracking ON parcels(tracking);

-- `units` counts sku units, `quantity` the whole line units that this parcel completed.
CREATE TABLE parcel_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    parcel_id INTEGER NOT NULL REFERENCES parcels(id),
    order_id INTEGER NOT NULL REFERENCES orders(id),
    line_id INTEGER NOT NULL REFERENCES lines(id),
    allocation_id INTEGER REFERENCES allocations(id),
    sku TEXT NOT NULL,
    units INTEGER NOT NULL,
    quantity INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX parcel_lines_by_parcel ON parcel_lines(parcel_id);
CREATE INDEX parcel_lines_by_line ON parcel_lines(line_id);

CREATE TABLE confirmations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id INTEGER NOT NULL REFERENCES batches(id),
    parcel_id INTEGER NOT NULL REFERENCES parcels(id),
    line_id INTEGER NOT NULL REFERENCES lines(id),
    channel TEXT NOT NULL,
    carrier TEXT,
    tracking TEXT,
    quantity INTEGER NOT NULL,
    document_id INTEGER
) STRICT;
CREATE INDEX confirmations_by_parcel ON confirmations(parcel_id, line_id);

CREATE TABLE returns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    return_ref TEXT NOT NULL,
    order_id INTEGER REFERENCES orders(id),
    location TEXT,
    requested_at TEXT,
    received_at TEXT,
    refunded INTEGER,
    currency TEXT,
    file_id INTEGER REFERENCES files_in(id),
    row INTEGER,
    UNIQUE (channel, return_ref)
) STRICT;

CREATE TABLE return_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    return_id INTEGER NOT NULL REFERENCES returns(id),
    line_id INTEGER REFERENCES lines(id),
    listing_sku TEXT,
    sku TEXT,
    title TEXT,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    disposition TEXT NOT NULL DEFAULT 'quarantine',
    reason TEXT
) STRICT;
CREATE INDEX return_lines_by_return ON return_lines(return_id);

-- `place` is '' except where a channel is told a quantity per location.
CREATE TABLE published (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    listing_sku TEXT NOT NULL,
    place TEXT NOT NULL DEFAULT '',
    quantity INTEGER NOT NULL,
    as_of TEXT,
    UNIQUE (channel, listing_sku, place)
) STRICT;

CREATE TABLE cursors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (channel, name)
) STRICT;

-- What the morning screen says, counted once a batch (store/tallies.py) so that it appears at once.
CREATE TABLE tallies (
    name TEXT NOT NULL,
    channel TEXT NOT NULL DEFAULT '',
    word TEXT NOT NULL DEFAULT '',
    n INTEGER NOT NULL,
    PRIMARY KEY (name, channel, word)
) STRICT;
