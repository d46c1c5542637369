"""Payment methods that are paid at the door, as shops in different countries call them."""

import re

_AT_THE_DOOR = re.compile(
    r"cash on delivery|pay on delivery|\bcod\b|^manual$|contre[- ]remboursement|nachnahme|contra ?reembolso|contrassegno"
    r"|contra ?entrega|rembours|pobrani|dob[ií]rk|postförskott|bayar di tempat|thu hộ|kapıda ödeme|наложенн|代金引換|代引"
    r"|货到付款|貨到付款|到付|الدفع عند الاستلام|เก็บเงินปลายทาง|ক্যাশ অন ডেলিভারি"
)


def paid_at_the_door(method: str) -> bool:
    """Whether a payment method, by its id or title, is paid on delivery."""
    return bool(_AT_THE_DOOR.search(method.casefold()))
