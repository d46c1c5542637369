"""
What the status columns of TikTok Shop, Shopee and Lazada say, in the languages of their markets.

Headings may be English while the words below them are not. A word that nobody knows is UNKNOWN: its order is imported
and held, never dropped, because it may be to ship.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

import polars as pl

from oms.sheets.columns import OneOf

UNPAID, HELD, OPEN, PARTLY = "unpaid", "held", "open", "partly"
SHIPPED, DELIVERED, CANCELLED, UNKNOWN = "shipped", "delivered", "cancelled", "unknown"
ASKED = "asked"  # to ship, and the buyer asks to cancel
SENT_BACK = "sent_back"  # left the shelf and is lost, or on its way back

Words = Mapping[str, Mapping[str, str]]  # language -> state -> words, separated by |

TIKTOK: Words = {
    "en": {
        UNPAID: "Unpaid|Awaiting payment",
        HELD: "On hold|Order on hold",
        OPEN: "To ship|Awaiting shipment|Awaiting collection|Ready to ship|To be shipped",
        PARTLY: "Partially shipped|Partially shipping",
        ASKED: "Cancellation requested|In cancel|Pending cancellation",
        SHIPPED: "Shipped|In transit|To be received",
        DELIVERED: "Delivered|Completed",
        CANCELLED: "Cancelled|Canceled",
    },
    "th": {
        UNPAID: "ค้างชำระ|ยังไม่ชำระเงิน|ยังไม่ได้ชำระเงิน|รอการชำระเงิน",
        OPEN: "ที่จะจัดส่ง|รอเข้ารับ|รอการจัดส่ง|รอจัดส่ง|รอการเข้ารับ",
        SHIPPED: "จัดส่งแล้ว|อยู่ระหว่างการขนส่ง|อยู่ระหว่างขนส่ง|ระหว่างการขนส่ง|กำลังจัดส่ง",
        DELIVERED: "จัดส่งสำเร็จ|จัดส่งสำเร็จแล้ว|เสร็จแล้ว|เสร็จสมบูรณ์|เสร็จสิ้น",
        CANCELLED: "ยกเลิกแล้ว|ยกเลิก",
    },
    "id": {
        UNPAID: "Belum dibayar|Belum bayar|Menunggu pembayaran",
        HELD: "Ditahan|Ditangguhkan",
        OPEN: "Perlu dikirim|Menunggu pengiriman|Menunggu pengambilan|Menunggu penjemputan|Menunggu dikirim",
        SHIPPED: "Dikirim|Telah dikirim|Sedang transit|Dalam perjalanan|Dalam pengiriman",
        DELIVERED: "Terkirim|Telah diterima|Selesai",
        CANCELLED: "Dibatalkan|Batal",
    },
    "vi": {
        UNPAID: "Chưa thanh toán|Chờ thanh toán",
        HELD: "Tạm giữ|Đang tạm giữ",
        OPEN: "Cần gửi|Cần gửi hàng|Chờ gửi hàng|Chờ vận chuyển|Cần vận chuyển|Chờ lấy hàng|Đang chờ lấy hàng",
        SHIPPED: "Đã gửi|Đã gửi hàng|Đã vận chuyển|Đang vận chuyển|Đang giao|Đang giao hàng|Đang trung chuyển",
        DELIVERED: "Đã giao|Đã giao hàng|Đã hoàn tất|Hoàn tất|Hoàn thành|Đã hoàn thành",
        CANCELLED: "Đã hủy|Đã huỷ",
    },
}

SHOPEE: Words = {
    "en": {
        UNPAID: "Unpaid",
        OPEN: "To ship|Ready to ship|To process|Processed|Retry ship",
        ASKED: "In cancel|Pending cancellation|Cancellation requested",
        SHIPPED: "Shipping|Shipped|To receive|In transit",
        DELIVERED: "Delivered|Order received|Completed",
        CANCELLED: "Cancelled|Canceled",
        SENT_BACK: "To return|Return/Refund|Failed delivery|Returned",
    },
    "id": {
        UNPAID: "Belum bayar|Belum dibayar",
        OPEN: "Perlu dikirim|Perlu diproses|Telah diproses|Siap dikirim",
        SHIPPED: "Sedang dikirim|Dikirim|Telah dikirim",
        DELIVERED: "Terkirim|Telah diterima|Pesanan diterima|Selesai",
        CANCELLED: "Batal|Dibatalkan|Pembatalan",
        SENT_BACK: "Pengembalian",
    },
    "th": {
        UNPAID: "รอการชำระเงิน|ที่ต้องชำระ|ยังไม่ชำระ|ค้างชำระ",
        OPEN: "ที่ต้องจัดส่ง",
        SHIPPED: "กำลังจัดส่ง|การจัดส่ง|ที่ต้องได้รับ|จัดส่งแล้ว",
        DELIVERED: "จัดส่งสำเร็จ|จัดส่งสำเร็จแล้ว|สำเร็จแล้ว|สำเร็จ",
        CANCELLED: "ยกเลิกแล้ว|ยกเลิก",
    },
    "vi": {
        UNPAID: "Chưa thanh toán|Chờ thanh toán",
        HELD: "Chờ xác nhận",
        OPEN: "Chờ lấy hàng|Chờ gửi hàng",
        SHIPPED: "Đang giao|Đang giao hàng|Đang vận chuyển|Vận chuyển|Đã gửi hàng",
        DELIVERED: "Đã giao|Đã giao hàng|Đã nhận hàng|Đã nhận được hàng|Hoàn thành",
        CANCELLED: "Đã hủy|Đã huỷ",
        SENT_BACK: "Trả hàng|Trả hàng/Hoàn tiền|Giao hàng không thành công",
    },
    "zh": {
        UNPAID: "尚未付款|待付款|未付款",
        OPEN: "待出貨|待出货",
        SHIPPED: "運送中|运送中|待收貨",
        DELIVERED: "已送達|已完成|完成",
        CANCELLED: "不成立|已取消|取消",
        SENT_BACK: "退貨/退款|退貨 / 退款",
    },
    "pt": {
        UNPAID: "Não pago",
        OPEN: "A enviar",
        SHIPPED: "Enviado|Em trânsito",
        DELIVERED: "Entregue|Concluído",
        CANCELLED: "Cancelado",
        SENT_BACK: "Devolução|Devolução/Reembolso",
    },
}
#: Shopee's status of an order that may still be returned is a whole sentence with a date in it.
SHOPEE_SENTENCES = {
    "order received": DELIVERED,
    "comprador pode pedir": DELIVERED,
    "pesanan diterima": DELIVERED,
    "đã nhận được hàng": DELIVERED,
}

LAZADA: Words = {
    "en": {
        UNPAID: "unpaid",
        OPEN: "pending|topack|to pack|toship|to ship|packed|ready_to_ship|ready to ship",
        SHIPPED: "shipped",
        DELIVERED: "delivered|confirmed",
        CANCELLED: "canceled|cancelled",
        SENT_BACK: "returned|failed|failed_delivery|shipped_back|shipped_back_success|shipped_back_failed|lost_by_3pl"
        "|damaged_by_3pl|package_scrapped",
    },
}


def bare(word: str) -> str:
    """A word as it is compared: without case, one spelling of its letters, single spaces, no points at the end."""
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split()).rstrip(".… ")


def state_by_word(words: Words) -> dict[str, str]:
    """All words of all languages, as `bare` gives them."""
    return {bare(w): state for states in words.values() for state, said in states.items() for w in said.split("|")}


class StatusWord(OneOf):
    """A column of status words; `sentences` are parts of cells that say more than a word. Others are UNKNOWN."""

    def __init__(self, heading: str, *aliases: str, words: Words, sentences: Mapping[str, str] | None = None) -> None:
        super().__init__(heading, *aliases, words=state_by_word(words), other=UNKNOWN)
        self.sentences = {bare(part): state for part, state in (sentences or {}).items()}

    def odd(self, cell: str, env: object) -> object:
        """The state of one cell."""
        word = bare(cell)
        if (state := self.words.get(word)) is not None:
            return state
        return next((state for part, state in self.sentences.items() if part in word), UNKNOWN)


def languages(cells: Iterable[str], words: Words) -> set[str]:
    """The languages of `words` that know one of `cells`, other than English."""
    said = {bare(cell) for cell in cells}
    return {
        language for language, states in words.items()
        if language != "en" and said & {bare(word) for known in states.values() for word in known.split("|")}
    }  # fmt: skip


def unknown_words(cells: pl.Series, states: pl.Series) -> list[str]:
    """The distinct `cells` that are UNKNOWN, in order: words and not sentences, numbers or addresses."""
    said = cells.filter(states == UNKNOWN).drop_nulls().str.strip_chars().unique().sort().to_list()
    return [word for word in said if 0 < len(word) <= 40 and not re.search(r"\d", word)]
