"""What a terminal shows: narrow columns whole, long tables cut with a word about the rest; pipes get everything."""

import pytest

from oms.cli import console

ROWS = [
    ("amazon-us", f"111-4221428-26291{n:02d}", "held", "buyer_cancel_requested: the buyer asked to cancel it")
    for n in range(50)
]


def test_order_numbers_stay_on_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where something must be folded, it is the text, at 80 columns as at 120."""
    for width in ("80", "120"):
        monkeypatch.setenv("COLUMNS", width)
        with console.for_a_person():
            console.table(["channel", "order", "status", "holds"], ROWS[:2])
        shown = capsys.readouterr().out

        assert all(row[1] in shown for row in ROWS[:2])
        assert max(map(len, shown.splitlines())) <= int(width)


def test_a_narrow_terminal_breaks_no_order_number_time_or_sku(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What does not fit beside stands below its row, with its heading: nothing is cut, and everything can be copied."""
    columns = ["channel", "order", "status", "placed", "ship by", "units", "total", "holds"]
    row = ["amazon-us", "111-4221428-2629178", "part_shipped", "2026-11-18 07:09", "2026-11-21 02:59", 12, "1156.88 USD",
           "buyer_cancel_requested: the buyer asked to cancel"]  # fmt: skip
    for width in ("60", "80", "100"):
        monkeypatch.setenv("COLUMNS", width)
        with console.for_a_person():
            console.table(columns, [row, [*row[:7], None]], right=["units"])
        shown = capsys.readouterr().out

        assert [] == [cell for cell in row[:7] if shown.count(str(cell)) < 2]
        assert "buyer_cancel_requested:" in shown
        assert max(map(len, shown.splitlines())) <= int(width)

    monkeypatch.setenv("COLUMNS", "80")
    with console.for_a_person():
        console.table(columns, [row])

    assert [
        " channel    order                status        units  total",
        " amazon-us  111-4221428-2629178  part_shipped  12     1156.88 USD",
        "     placed 2026-11-18 07:09 · ship by 2026-11-21 02:59 · holds",
        "     buyer_cancel_requested: the buyer asked to cancel",
    ] == [line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip() and "─" not in line]


def test_a_command_to_copy_stays_on_its_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Words beside it are folded, as narrow as is fair."""
    rows = [("part_shipped", 12, "3 whose ship_by has passed since noon", "oms orders --status part_shipped")]
    monkeypatch.setenv("COLUMNS", "80")
    with console.for_a_person():
        console.table(["what", "n", "detail", "next"], rows)

    assert "oms orders --status part_shipped" in capsys.readouterr().out


def test_a_long_line_is_folded_between_words_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What goes on stands farther in; a pipe gets the line whole."""
    monkeypatch.setenv("COLUMNS", "30")
    text = "    NJ  1 x MUG  shipping 6.00 + handling 1.10"
    with console.for_a_person():
        console.line(text, wrap=True)
    console.line(text, wrap=True)

    assert ["    NJ  1 x MUG  shipping 6.00", "      + handling 1.10", text] == capsys.readouterr().out.splitlines()


def test_a_terminal_gets_a_screenful_and_a_pipe_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many more there are, and where to see them."""
    monkeypatch.setenv("COLUMNS", "120")
    with console.for_a_person():
        console.table(["channel", "order", "status", "holds"], ROWS, most=40, see="oms orders")

    assert " … and 10 more rows: oms orders" in capsys.readouterr().out

    console.table(["channel", "order", "status", "holds"], ROWS, most=40, see="oms orders")

    assert 51 == len(capsys.readouterr().out.splitlines())


def test_what_looks_like_markup_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A sku in brackets, a closing tag in a title, a link: all are text."""
    monkeypatch.setenv("COLUMNS", "120")
    with console.for_a_person():
        console.table(["[b]sku", "title"], [("[red]MUG[/red]", "[/b] boo [link=x]\\[y]")], title="[/i]")
    shown = capsys.readouterr().out

    assert all(text in shown for text in ("[b]sku", "[red]MUG[/red]", "[/b] boo [link=x]\\[y]", "[/i]"))


def test_a_title_does_not_move_the_cursor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What would clear the screen or ring the bell is spelled out, and an endless cell is cut; a pipe gets what it is."""
    monkeypatch.setenv("COLUMNS", "120")
    with console.for_a_person():
        console.table(["sku", "title"], [("MUG", "\x1b[2J\x07gone\tnow"), ("LID", "x" * 5000)])
        console.line("\x1b]0;owned\x07")
    console.say("\x9b31m")
    shown = capsys.readouterr()

    assert "\\x1b[2J\\x07gone now" in shown.out
    assert "\\x1b]0;owned\\x07\n" in shown.out
    assert ("\\x9b31m\n", True) == (shown.err, len(shown.out) < 1000)

    console.line("\x1b[2J")

    assert "\x1b[2J\n" == capsys.readouterr().out
