"""Words of other people's files, beside those that our own files understand: what a draft of a format guesses by."""

from oms.channels.fields import CANCELLED, DELIVERED, ON_HOLD, READY, SHIPPED, UNPAID

#: Field -> headings, `|` between them.
ALIASES: dict[str, str] = {
    "order_ref": "order nr|order reference|bestellnummer|bestellnr|auftrag|bestell nr|auftragsnummer|auftragsnr"
                 "|numéro de commande|commande|número de pedido|pedido|numero ordine|ordine"
                 "|bestelnummer|注文番号|주문번호|po number|reference",
    "channel_order_id": "internal id|marketplace order id",
    "line_ref": "position id|order line id|bestellposition|item id",
    "placed_at": "date|order time|purchase date|datum|bestelldatum|kaufdatum|date de commande|fecha|fecha de pedido|data"
                 "|data ordine|besteldatum|注文日時|注文日|주문일시|created|erstellt am",
    "paid_at": "paid|paid date|payment time|zahlungsdatum|bezahlt am|date de paiement|fecha de pago|入金日",
    "sku": "article|article no|item number|artikelnummer|artikelnr|artikel nr|artikel|référence|referencia|codice articolo"
           "|商品コード|상품코드|merchant sku|custom label",
    "title": "item|product title|artikelname|bezeichnung|produkt|produktname|titel|désignation|produit|producto|descripción"
             "|descrizione|商品名|상품명",
    "variant": "options|attributes|variante|ausführung|größe|farbe|déclinaison|variación",
    "quantity": "quantity ordered|count|pcs|pieces|menge|anzahl|stück|stk|quantité|qté|cantidad|uds|quantità|aantal|数量"
                "|個数|수량",
    "unit_price": "price|item price|unit cost|preis|einzelpreis|stückpreis|prix|prix unitaire|precio|prezzo|単価",
    "line_total": "line total|row total|item total|positionssumme|zeilensumme|total ligne|金額",
    "total": "order total|grand total|amount|gesamtbetrag|gesamtsumme|summe|total ttc|importe|totale|合計",
    "shipping": "versand|porto|shipping cost|shipping fee|postage|versandkosten|frais de port|gastos de envío|送料",
    "tax": "vat|taxes|sales tax|mwst|ust|tva|iva",
    "currency": "währung|devise|moneda|valuta|通貨",
    "status": "state|order state|bestellstatus|statut|estado|stato|ステータス",
    "payment_status": "payment state|zahlungsstatus|statut du paiement|estado de pago",
    "method": "payment method|payment type|zahlungsart|zahlungsmethode|mode de paiement|método de pago|支払方法",
    "name": "customer|consignee|receiver|empfänger|kunde|lieferadresse name|destinataire|destinatario|氏名|お届け先名",
    "first_name": "first name|vorname|prénom|nombre",
    "last_name": "last name|surname|nachname|nom|apellidos",
    "company": "firma|société|empresa|会社名",
    "phone": "tel|telefon|téléphone|teléfono|telefono|電話番号",
    "email": "mail|e mail address|correo|メールアドレス",
    "address1": "street address|straße|strasse|adresse|rue|dirección|calle|indirizzo|住所",
    "address2": "adresszusatz|complément|complemento",
    "city": "ort|stadt|ville|ciudad|población|città|市区町村",
    "region": "bundesland|région|provincia|prefecture|都道府県",
    "postcode": "plz|postleitzahl|code postal|cp|código postal|cap|郵便番号",
    "country": "land|pays|país|paese|国",
    "service": "carrier service|versandart|mode de livraison|método de envío|配送方法",
    "ship_by": "dispatch by|versand bis|à expédier avant|enviar antes de",
    "note": "comment|comments|remarks|bemerkung|kommentar|commentaire|comentarios|備考",
    "tracking": "parcel number|consignment|trackingnummer|sendungsnummer|paketnummer|sendung"
                "|numéro de suivi|número de seguimiento|waybill|追跡番号",
    "carrier": "shipper|versender|versanddienstleister|transporteur|transportista|配送業者",
    "shipped_at": "dispatched|dispatch date|versanddatum|versendet am|übergabe|übergeben am"
                  "|date d'expédition|fecha de envío|出荷日",
    "on_hand": "stock|available|in stock|inventory|lagerbestand|bestand|verfügbar|stock disponible|existencias|giacenza|在庫数",
    "location": "site|depot|lager|lagerort|entrepôt|almacén|magazzino|倉庫",
    "counted_at": "snapshot date|as of|stand|stichtag",
    "barcode": "ean13|ean code|strichcode|code barre|código de barras",
    "cost": "freight|freight cost",
}  # fmt: skip
#: State -> words of a status column.
STATES = {
    READY: "to be shipped|awaiting shipment|awaiting fulfillment|accepted|offen|neu|bezahlt|in bearbeitung|versandbereit"
           "|à expédier|en cours|pendiente de envío|da spedire|発送待ち|未発送",
    SHIPPED: "sent|in transit|versendet|versandt|verschickt|expédié|expédiée|enviado|spedito|発送済み|発送済",
    DELIVERED: "received|zugestellt|abgeschlossen|livré|livrée|entregado|consegnato|配達完了",
    CANCELLED: "rejected|refused|refunded|storniert|abgebrochen|annulé|annulée|cancelado|annullato|キャンセル",
    UNPAID: "pending payment|awaiting payment|zahlung ausstehend|unbezahlt|en attente de paiement|pendiente de pago|未入金",
    ON_HOLD: "blocked|paused|gesperrt|zurückgestellt|bloqué|en espera|sospeso|保留",
}  # fmt: skip
#: Roots of words -> state, for words that nobody knows: what they mean is likely, and has to be looked at.
ROOTS = (
    (r"cancel|storn|annul|refund|erstatt|rembours|取消|退款|キャンセル", CANCELLED),
    (r"unpaid|awaiting pay|pending pay|zahlung|paiement|\bpago\b|未付|待付|入金", UNPAID),
    (r"deliver|zugestell|livr|entreg|consegn|签收|完了", DELIVERED),
    (r"not shipped|unshipped|to ship|待发|未発送", READY),
    (r"shipped|dispatch|versand|versend|expédi|envia|spedit|已发|発送", SHIPPED),
    (r"hold|block|gesperrt|suspend|搁置|保留", ON_HOLD),
)
