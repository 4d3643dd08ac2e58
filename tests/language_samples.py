"""Three events in several languages, one of them beside a look-alike, for tests of relations across languages."""

from __future__ import annotations

TEXTS = {
    ("en", "Kekkonen and Olszewska win rowing regatta in Slovenia", 1): (
        "Ilmari Kekkonen and Marta Olszewska have won the rowing regatta of Bled in Slovenia, with 148 boats at the "
        "start. Second came the crew of Tadej Korošec, said the jury on the shore after a long afternoon."
    ),
    ("es", "Kekkonen y Olszewska ganan la regata de Eslovenia", 1): (
        "Ilmari Kekkonen y Marta Olszewska han ganado en Eslovenia la regata de Bled, con 148 barcos en la salida. La "
        "tripulación de Tadej Korošec llegó segunda, según comunicó el jurado en la orilla del lago."
    ),
    ("ru", "Кекконен и Ольшевская выиграли регату в Словении", 1): (
        "Илмари Кекконен и Марта Ольшевская выиграли регату в Бледе в Словении, на старте было 148 лодок. Вторым "
        "пришёл экипаж Тадея Корошеца, сообщило жюри на берегу озера после долгого дня."
    ),
    ("en", "Landslide near Dharpur in Nepal buries 37 houses", 2): (
        "A landslide near Dharpur in Nepal has buried 37 houses, governor Rajendra Thapa says. Rescue workers from "
        "Bhimdatta dug through the night and found nobody under the mud so far."
    ),
    ("de", "Erdrutsch bei Dharpur in Nepal begräbt 37 Häuser", 2): (
        "Ein Erdrutsch bei Dharpur in Nepal hat 37 Häuser begraben, sagt Gouverneur Rajendra Thapa. Helfer aus "
        "Bhimdatta gruben die Nacht hindurch und fanden bisher niemanden unter dem Schlamm."
    ),
    ("de", "Straße zum Flughafen in Nepal gesperrt", 3): (
        "In Nepal ist die Straße zum Flughafen der Hauptstadt nach starkem Regen gesperrt worden. Reisende sollen den "
        "Zug nehmen oder zu Hause bleiben, bis die Fahrbahn wieder frei ist."
    ),
}  # fmt: skip
# The first event in a language whose names no other script shows, in words that no other report has.
CHINESE = {
    "id": "zh1", "title": "斯洛文尼亚布莱德湖赛艇比赛落幕", "language": "zh", "url": "https://zh.example/1",
    "text": (
        "伊尔马里·凯科宁和玛尔塔·奥尔舍夫斯卡在斯洛文尼亚布莱德举行的赛艇比赛中夺冠，共有148艘船参加起航。"
        "评审团在湖岸上经过漫长的下午后表示，塔代伊·科罗舍茨的船队获得第二名。"
    ),
    "publisher": "Paper zh", "published": "2026-03-04T15:00:00Z",
}  # fmt: skip
ROWS = [
    {
        "id": f"{language}{event}", "title": title, "text": text, "language": language,
        "url": f"https://{language}.example/{event}", "publisher": f"Paper {language}",
        "published": f"2026-03-{4 * event:02d}T{9 + place}:00:00Z",
    }
    for place, ((language, title, event), text) in enumerate(TEXTS.items())
]  # fmt: skip
ON = {"other_languages": "names"}
ENCODER = {"other_languages": "encoder"}
EXPECTED = {
    frozenset({"en1", "es1"}),
    frozenset({"en1", "ru1"}),
    frozenset({"es1", "ru1"}),
    frozenset({"en2", "de2"}),
}
