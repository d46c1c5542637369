"""`oms format`: from a strange file to its orders, in a real workspace."""

import pytest

from oms.errors import ConfigError, Refused, UnknownHeadings, UsageError
from oms.flow import formats
from oms.flow.checking import check_config
from oms.flow.confirm import confirm
from oms.flow.ship_order import ship_order
from oms.flow.sync import sync

SAMPLE = "Bestellnr;Datum;Artikelnr;Menge;Preis;Status;Name;Strasse;Ort;Land\n" + "\n".join(
    f"H-10{n};18.11.2026 0{n}:00;MUG;{n};14,90;offen;Ida Fairweather;9 Elm Row;Dover;DE" for n in range(1, 9)
)


@pytest.fixture
def shop(desk):
    """A workspace with a sample and a channel whose kind is the format to come."""
    (desk.root / "hof.csv").write_text(SAMPLE, encoding="utf-8")
    (desk.root / "formats").mkdir()
    formats.new(desk.shop, desk.root / "hof.csv", "hof")
    config = (desk.root / "oms.toml").read_text("utf-8") + '\n[[channels]]\nname = "hof-de"\nkind = "hof"\ncurrency = "EUR"\n'
    (desk.root / "oms.toml").write_text(config, encoding="utf-8")
    return desk


def test_draft_check_import(shop):
    """What the check shows is what the import takes; its channel is found by its kind."""
    checked = formats.check(shop.shop, "hof", shop.root / "hof.csv")
    report = shop.import_text(SAMPLE, "later.csv").json()["files"][0]

    assert (8, 0, 5, 0) == (checked.rows, checked.rejected, len(checked.found), checked.exit_code)
    assert ("hof-de", "hof", 8, 0) == (report["channel"], report["format"], report["new"], report["rejected"])
    assert [(c["order_ref"], c["placed_at"], c["lines"][0]["quantity"]) for c in checked.found] == shop.rows(
        "SELECT o.order_ref, o.placed_at, l.ordered FROM orders o JOIN lines l ON l.order_id = o.id ORDER BY o.id LIMIT 5"
    )
    assert [("EUR", 1490)] == shop.rows(
        "SELECT DISTINCT o.currency, l.unit_price FROM orders o JOIN lines l ON l.order_id = o.id"
    )


def test_check_shows_no_person_and_writes_nothing(shop):
    """Whether an address is whole, not whose it is."""
    before = shop.dump()
    found = repr(formats.check(shop.shop, "hof", shop.root / "hof.csv").json())

    assert "Ida" not in found
    assert "Elm" not in found
    assert "'address': True" in found
    assert before == shop.dump()


def test_check_names_the_rows_it_would_reject(shop):
    """And ends with 3, as the import would."""
    (shop.root / "bad.csv").write_text(SAMPLE.replace("offen", "was", 1), encoding="utf-8")
    report = formats.check(shop.shop, "hof", shop.root / "bad.csv")

    assert (3, 1) == (report.exit_code, report.rejected)
    assert [(2, "Status", "was")] == [(p["row"], p["column"], p["value"]) for p in report.problems]


def test_a_sample_of_something_else_is_told(shop):
    """Which headings it lacks."""
    (shop.root / "other.csv").write_text("Bestellnr;Menge\nA;1\n", encoding="utf-8")

    with pytest.raises(UnknownHeadings, match=r"not of formats/hof\.toml: lacks `Datum`, `Artikelnr`"):
        formats.check(shop.shop, "hof", shop.root / "other.csv")


def test_nothing_is_overwritten(shop):
    """Neither by accident nor by a name that is taken."""
    before = (shop.root / "formats/hof.toml").read_bytes()

    with pytest.raises(Refused, match="exists already"):
        formats.new(shop.shop, shop.root / "hof.csv")
    with pytest.raises(UsageError, match="built in"):
        formats.new(shop.shop, shop.root / "hof.csv", "amazon")
    with pytest.raises(UsageError, match="not a name"):
        formats.new(shop.shop, shop.root / "hof.csv", "../hof")
    assert before == (shop.root / "formats/hof.toml").read_bytes()


def test_dry_run_writes_no_draft(shop):
    """It shows the same."""
    report = formats.new(shop.shop, shop.root / "hof.csv", "again", dry_run=True)

    assert (report.text, "formats/again.toml") == ((shop.root / "formats/hof.toml").read_text("utf-8"), report.path)
    assert not (shop.root / report.path).exists()


def test_a_file_that_is_known_already_says_so(shop):
    """Before somebody describes what is built in."""
    (shop.root / "ours.csv").write_text(
        "order_ref,placed_at,sku,quantity,country\nA1001,2026-11-18,MUG,1,US\n", encoding="utf-8"
    )

    assert ["oms-orders"] == formats.new(shop.shop, shop.root / "ours.csv", dry_run=True).known_to


def test_unknown_format_names_the_nearest(shop):
    """And a 3PL's order template is no format to read."""
    (shop.root / "formats/newark.toml").write_text('kind = "3pl-orders"\ncolumns = [{ heading = "A", value = "sku" }]\n')

    with pytest.raises(ConfigError, match="did you mean `hof`"):
        formats.check(shop.shop, "hoff")
    with pytest.raises(ConfigError, match="says how to write a file"):
        formats.check(shop.shop, "newark")


def test_list_says_who_uses_what_and_what_is_wrong(shop):
    """One broken file does not hide the others."""
    (shop.root / "formats/broken.toml").write_text('kind = "orders"\n')
    (shop.root / "formats/newark.toml").write_text('kind = "3pl-orders"\ncolumns = [{ heading = "A", value = "sku" }]\n')
    found = {each["name"]: each for each in formats.listed(shop.shop).formats}

    assert ["broken", "hof", "newark"] == list(found)
    assert ("orders", ["hof-de"], None) == (found["hof"]["kind"], found["hof"]["used_by"], found["hof"]["error"])
    assert "3pl-orders" == found["newark"]["kind"]
    assert "recognise: is missing" in found["broken"]["error"]


def test_a_broken_format_stops_only_its_own_files(shop):
    """What it would have recognised is not taken for something else; everything else comes in, and it is named."""
    (shop.root / "formats/hof.toml").unlink()
    (shop.root / "formats/broken.toml").write_text('kind = "orders"\nrecognise = ["Bestellnr", "Datum"]\n')
    (shop.root / "formats/odd.toml").write_text('kind = "orders\n')
    (shop.root / "oms.toml").write_text((shop.root / "oms.toml").read_text("utf-8").replace('"hof"', '"broken"'), "utf-8")
    own = shop.import_text(SAMPLE).json()
    other = shop.import_text("sku,title\nMUG,Mug\n", "products.csv").json()
    warned = check_config(shop.shop).warnings

    assert "file.csv: formats/broken.toml: columns: is missing" == own["files"][0]["error"]
    assert 1 == other["files"][0]["new"]
    assert ["formats/broken.toml: columns: is missing", "formats/odd.toml: not TOML"] == [
        each.split(": Illegal")[0] for each in other["warnings"]
    ]
    assert set(other["warnings"]) <= set(warned)


@pytest.mark.parametrize(
    ("sample", "lacks"),
    [
        ("Order,Date,Foo,Qty\n1001,2026-11-20,abc,1\n1002,2026-11-21,abc,2\n", "columns.sku or columns.catalogue_id"),
        ("Foo,Bar\nx,y\n", "columns.order_ref: is missing"),
        ("Paketnummer,Auftrag\nx,y\n", "columns.carrier: is missing"),
    ],
)
def test_an_unfinished_draft_stands_in_nobodys_way(desk, sample, lacks):
    """It says of itself that it is one; `check` says what it lacks; its own files are told so, others come in as ever."""
    (desk.root / "strange.csv").write_text(sample, encoding="utf-8")
    made = formats.new(desk.shop, desk.root / "strange.csv", "strange")
    own = desk.import_text(sample, "again.csv").json()
    other = desk.import_text("sku,title\nMUG,Mug\n", "products.csv").json()

    assert made.draft
    assert "draft = true" in made.text
    with pytest.raises(ConfigError, match=lacks):
        formats.check(desk.shop, "strange")
    assert lacks in formats.listed(desk.shop).formats[0]["error"]
    assert "error" in own["files"][0]
    assert (1, None) == (other["files"][0]["new"], other.get("warnings"))


def test_a_finished_draft_is_used_when_its_line_is_out(shop):
    """Until then `check` reads by it and `import` does not."""
    path = shop.root / "formats/hof.toml"
    done = path.read_text("utf-8")
    path.write_text("draft = true\n" + done, encoding="utf-8")
    checked = formats.check(shop.shop, "hof", shop.root / "hof.csv")
    before = shop.import_text(SAMPLE).json()["files"][0]
    path.write_text(done, encoding="utf-8")
    after = shop.import_text(SAMPLE).json()["files"][0]

    assert (8, 0) == (checked.rows, checked.rejected)
    assert "`draft = true` stands in it: nothing is read by it until you take that out" == checked.notes[0]
    assert "file.csv: formats/hof.toml: `draft = true`: it is not used yet" == before["error"]
    assert 8 == after["new"]


def test_what_goes_back_waits_only_for_its_own_format(shop):
    """A channel whose format broke is told nothing; the other one is told."""
    shop.import_text("sku,title\nMUG,Mug\n", "products.csv")
    shop.stock("MUG", "NJ", 50)
    shop.import_text(SAMPLE)
    shop.import_text(
        "order_ref,placed_at,sku,quantity,unit_price,name,address1,city,postcode,country\n"
        "B-1,2026-11-18T09:00:00Z,MUG,1,9.00,Ida Fairweather,9 Elm Row,Dover,19901,US\n", "web.csv", channel="web",
    )  # fmt: skip
    for ref in ("H-101", "B-1"):
        shop.reserve(ref, "NJ", picking=True)
        ship_order(shop.shop, ref, tracking=f"1Z{ref}", carrier="UPS")
    (shop.root / "formats/hof.toml").write_text('kind = "orders"\n')
    told = confirm(shop.shop)
    synced = sync(shop.shop, force=True)

    assert (3, 1, ["hof-de"]) == (told.exit_code, told.confirmed, [name for name, _why in told.skipped])
    assert "formats/hof.toml: recognise: is missing" in told.skipped[0][1].message
    assert 3 == synced.exit_code
    assert [True] == ["formats/hof.toml" in each.reason for each in synced.skipped if each.channel == "hof-de"]


def test_a_changed_format_reads_the_same_file_again(shop):
    """The same bytes mean something else now."""
    shop.import_text(SAMPLE)
    path = shop.root / "formats/hof.toml"
    path.write_text(path.read_text("utf-8").replace('"offen" = "ready"', '"offen" = "on_hold"'), encoding="utf-8")
    report = shop.import_text(SAMPLE).json()["files"][0]

    assert (0, 8) == (report["new"], report["updated"])
    assert [("on_hold", 8)] == shop.rows(
        "SELECT reason, count(*) FROM holds WHERE reason = 'on_hold' AND released = 0 GROUP BY reason"
    )


def test_tracking_by_a_format_ships(shop):
    """A 3PL's answer in its own columns: the parcel leaves, the stock moves."""
    shop.import_text("sku,title\nMUG,Mug\n", "products.csv")
    shop.stock("MUG", "NJ", 50)
    shop.import_text(SAMPLE)
    shop.reserve("H-102", "NJ", picking=True)
    (shop.root / "formats/lager.toml").write_text(
        'kind = "tracking"\nrecognise = ["Auftrag", "Paket"]\n[columns]\norder_ref = "Auftrag"\ntracking = "Paket"\n'
        'carrier = { value = "UPS" }\nlocation = { value = "Newark 3PL" }\n'
    )
    report = shop.import_text("Auftrag;Paket\nH-102;1Z999AA10123456784\n", "lager.csv").json()["files"][0]

    assert ("tracking", "lager", 1, 0) == (report["kind"], report["format"], report["new"], report["rejected"])
    assert [("shipped", "UPS", "1Z999AA10123456784")] == shop.rows(
        "SELECT o.status, p.carrier, p.tracking FROM orders o JOIN parcel_lines pl ON pl.line_id IN "
        "(SELECT id FROM lines WHERE order_id = o.id) JOIN parcels p ON p.id = pl.parcel_id WHERE o.order_ref = 'H-102'"
    )
    assert [(48,)] == shop.rows("SELECT on_hand FROM stock WHERE sku = 'MUG' AND location = 'NJ'")


def test_commands_say_it_in_words(oms):
    """Through the program itself: draft, check, list, and the error of a format."""
    oms.write("hof.csv", SAMPLE)
    drafted = oms("format", "new", "hof.csv")
    checked = oms.ok("format", "check", "hof", "hof.csv")
    listed = oms.ok("format", "list")
    (oms.root / "formats/hof.toml").write_text('kind = "orders"\n')
    broken = oms("format", "check", "hof", "--json")

    assert (0, "formats/hof.toml\n") == (drafted.exit_code, drafted.stdout)
    assert ("orders", 8, "H-101") == (checked["kind"], checked["rows"], checked["found"][0]["order_ref"])
    assert ["hof"] == [each["name"] for each in listed["formats"]]
    assert (2, True) == (broken.exit_code, "formats/hof.toml: recognise: is missing" in broken.json["error"])
