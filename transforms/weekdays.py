"""Names of the days of the week in many languages: a word in, the day that it names out."""

from __future__ import annotations

from functools import cache
from typing import Final

# Monday first; forms of one day are parted by a stroke. Left out is what mostly means something else: "pazar" (market)
# in Turkish, "luni" (months) in Romanian, "minggu" (week) in Indonesian, the ordinals that name days in Portuguese,
# Greek and Vietnamese. Of scripts without spaces these are pieces as `stems.pieces` cuts them.
_NAMES: Final = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "de": "montag dienstag mittwoch donnerstag freitag samstag|sonnabend sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "ca": "dilluns dimarts dimecres dijous divendres dissabte diumenge",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "nb": "mandag|måndag tirsdag|tysdag onsdag torsdag fredag lørdag|laurdag søndag|sundag",
    "fi": "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "hu": "hétfő kedd szerda|szerdán csütörtök péntek szombat vasárnap",
    "pl": "poniedziałek|poniedziałku wtorek|wtorku środę|środy czwartek|czwartku piątek|piątku sobotę|soboty|sobota "
    "niedzielę|niedzieli|niedziela",
    "cs": "pondělí úterý středu čtvrtek pátek sobotu|sobota neděli|neděle",
    "sh": "ponedjeljak|ponedeljak utorak srijedu|sredu četvrtak petak subotu nedjelju|nedelju",
    "ru": "понедельник|понедельника вторник|вторника среду четверг|четверга пятницу|пятницы|пятница "
    "субботу|субботы|суббота воскресенье|воскресенья",
    "uk": "понеділок|понеділка вівторок|вівторка середу четвер|четверга п'ятницю|п’ятницю суботу|суботи неділю|неділі",
    "bg": "понеделник вторник сряда четвъртък петък събота неделя",
    "ro": "- marți|marţi miercuri joi vineri sâmbătă duminică",
    "tr": "pazartesi salı çarşamba perşembe cuma cumartesi -",
    "id": "senin selasa rabu kamis jumat sabtu ahad",
    "ms": "isnin selasa rabu khamis jumaat sabtu ahad",
    "hi": "सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार",
    "ar": "الاثنين|الإثنين الثلاثاء الأربعاء|الاربعاء الخميس الجمعة السبت الأحد",
    "ko": "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
    "zh": "周一|週一|期一 周二|週二|期二 周三|週三|期三 周四|週四|期四 "
    "周五|週五|期五 周六|週六|期六 周日|週日|期日|期天",
    "ja": "月曜 火曜 水曜 木曜 金曜 土曜 日曜",
}
# What may follow a name within the word.
_ENDINGS: Final = {
    "en": ("", "'s", "’s"),
    "de": ("", "s", "abend", "morgen", "vormittag", "mittag", "nachmittag", "nacht"),
    "nl": ("", "avond", "ochtend", "middag", "nacht"),
    "sv": ("", "en", "ens", "s", "skväll", "smorgon"),
    "fi": ("", "na"),
    "hu": ("", "n", "en", "on", "ön"),
    "ko": ("", "에", "은", "부터", "까지"),
}


@cache
def weekdays(language: str) -> dict[str, int]:
    """Return one bit for each name of a day in a language, in small letters: 1 for Monday, 64 for Sunday."""
    return {
        form + ending: 1 << day
        for day, forms in enumerate(_NAMES.get(language, "").split())
        for form in forms.removeprefix("-").split("|")
        if form
        for ending in _ENDINGS.get(language, ("",))
    }
