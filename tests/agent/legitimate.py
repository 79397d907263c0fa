"""Sentences that a model may well write, by turn: true, in its own words, both languages.

A pair is (the sentence before, the sentence).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.request import Language

Sentence = str | tuple[str, str]


@dataclass(frozen=True)
class Case:
    question: str
    commands: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    language: Language = "en"


CASES = (
    Case(
        "what was the OEE of line 3 yesterday?",
        ("/oee line-3 yesterday",),
        (
            "OEE of Line 3 was [[a OEE]] yesterday.",
            "Line 3 reached an OEE of [[a OEE]] yesterday, above its target of [[a OEE target]].",
            "Yesterday Line 3 ran at an OEE of [[a OEE]].",
            "It was [[a OEE]], with availability at [[a Availability]], performance at "
            "[[a Performance]] and quality at [[a Quality]].",
            "Availability was [[a Availability]], performance [[a Performance]] and quality "
            "[[a Quality]].",
            "**OEE:** [[a OEE]] (target [[a OEE target]])",
            "- Availability: [[a Availability]]",
            "- Performance: [[a Performance]]",
            "Quality stayed at [[a Quality]].",
            "The line made [[a Made]].",
            "It produced [[a Made]] yesterday.",
            "OEE improved by [[a Change OEE change]].",
            "OEE rose: [[a Change OEE change]].",
            "Availability rose [[a Change Availability change]], while performance slipped "
            "[[a Change Performance change]].",
            "Breakdowns took [[a Duration / Breakdowns]] and cost [[a Cost / Breakdowns]].",
            "The biggest loss was breakdowns ([[a Duration / Breakdowns]]).",
            "The biggest loss was breakdowns, with [[a Duration / Breakdowns]] lost.",
            "Reduced speed lost [[a Duration / Reduced speed]], worth [[a Cost / Reduced speed]].",
            "Setup cost [[a Cost / Setup]] and minor stops [[a Cost / Minor stops]].",
            "Of the [[a Where the planned time went / Line 3]] of planned time, breakdowns took "
            "[[a Duration / Breakdowns]].",
            "Breakdowns cost [[a Units / Breakdowns]] units.",
            "Start-up rejects hardly matter: [[a Cost / Start-up rejects]].",
            "First, look at breakdowns: they took [[a Duration / Breakdowns]].",
            "One of the reasons is reduced speed, which lost [[a Duration / Reduced speed]].",
            "That is better than the day before.",
            "With an OEE of [[a OEE]], Line 3 is above its target.",
            "With [[a OEE]], Line 3 beat its OEE target of [[a OEE target]].",
            "I would check the conveyor first.",
            "Shall I show the reasons for the stops?",
            "[[a0]]",
            "OEE is up [[a Change OEE change]].",
            "Line 3's OEE was [[a OEE]].",
            "The OEE of line-3 came to [[a OEE]] yesterday.",
            "At [[a OEE]], the OEE is above the target.",
            "The target is [[a OEE target]].",
            ("OEE of Line 3 was [[a OEE]] yesterday.", "Its availability was [[a Availability]]."),
            ("Breakdowns were the biggest loss.", "They took [[a Duration / Breakdowns]]."),
        ),
    ),
    Case(
        "why was line 3 down last night?",
        ("/downtime line-3 last night",),
        (
            "Line 3 was down [[a Downtime]] last night, in [[a Stops]] stops.",
            "Line 3 stood still for [[a Downtime]] last night.",
            "Last night Line 3 had [[a Stops]] stops and was down for [[a Downtime]].",
            "The main reason was the infeed conveyor jam: [[a Duration / infeed conveyor jam]] in "
            "[[a Stops / infeed conveyor jam]] stops.",
            "The infeed conveyor jam alone caused [[a Duration / infeed conveyor jam]] of "
            "downtime, [[a Share / infeed conveyor jam]] of the total.",
            "The conveyor jam accounts for [[a Share / infeed conveyor jam]] of the downtime.",
            "Next comes “palletizer down” with [[a Duration / palletizer down]].",
            "Palletizer down cost another [[a Duration / palletizer down]] of downtime.",
            "Fill level out of range happened [[a Stops / fill level out of range]] times.",
            "The longest stop took [[a Longest stops: Duration]].",
            "That is [[a Change Downtime change]].",
            "Downtime fell: [[a Change Downtime change]].",
            "The number of stops did not change ([[a Change Stops change]]).",
            "A typical stop was short: the median stop took [[a Median stop]].",
            "Long stops dominate.",
            "The first one is the infeed conveyor jam, with [[a Duration / infeed conveyor jam]].",
            "- infeed conveyor jam: [[a Duration / infeed conveyor jam]] "
            "([[a Share / infeed conveyor jam]] of the downtime)",
            "- palletizer down: [[a Duration / palletizer down]] "
            "([[a Share / palletizer down]] of the downtime)",
            "In total, Line 3 was down [[a Downtime]].",
            "The infeed conveyor jam stands out, but in total Line 3 was down [[a Downtime]].",
            "Line 3 was down [[a Downtime]], mostly because of the infeed conveyor jam "
            "([[a Duration / infeed conveyor jam]]).",
            "During the night shift Line 3 was down [[a Downtime]].",
            "The night shift lost [[a Downtime]] on Line 3.",
            "A stop began on [[a Start label / palletizer down]].",
            "It was the infeed conveyor jam, e.g. on [[a Start label / infeed conveyor jam]].",
            "Nobody has noted a cause yet.",
            "Have the infeed conveyor checked before the next night.",
            "The same jam cost [[a Before / infeed conveyor jam]] the night before.",
            "Before, the infeed conveyor jam took [[a Before / infeed conveyor jam]].",
            "Together, the infeed conveyor jam and palletizer down come to a large part.",
            "Up to and including palletizer down, [[a Cumulative / palletizer down]] is explained.",
            (
                "The infeed conveyor jam was the main reason.",
                "It stopped the line [[a Stops / infeed conveyor jam]] times.",
            ),
            ("Line 3 was down [[a Downtime]] last night.", "There were [[a Stops]] stops."),
        ),
    ),
    Case(
        "compare line 1 and line 2 last week",
        ("/compare line-1 line-2 last week",),
        (
            "Line 1 had an OEE of [[a OEE / Line 1]] last week, Line 2 [[a OEE / Line 2]].",
            "OEE: Line 1 [[a OEE / Line 1]], Line 2 [[a OEE / Line 2]].",
            "Line 2 is worse with an OEE of [[a OEE / Line 2]], against [[a OEE / Line 1]] on "
            "Line 1.",
            "Line 2 reached [[a OEE / Line 2]] OEE and Line 1 [[a OEE / Line 1]].",
            "The availability of Line 2 was [[a Availability / Line 2]], that of Line 1 "
            "[[a Availability / Line 1]].",
            "Availability explains most of it: [[a Availability / Line 1]] on Line 1 and "
            "[[a Availability / Line 2]] on Line 2.",
            "Performance is close: [[a Performance / Line 1]] for Line 1, "
            "[[a Performance / Line 2]] for Line 2.",
            "Quality was [[a Quality / Line 1]] on Line 1.",
            "Line 1 made [[a Output, bottles / Line 1]] bottles, Line 2 "
            "[[a Output, bottles / Line 2]].",
            "Line 1 made [[a Output, bottles / Line 1]] bottles; Line 2 made "
            "[[a Output, bottles / Line 2]].",
            "Line 1's scrap ratio was [[a Scrap ratio / Line 1]].",
            "Line 1 was clearly better than Line 2 last week.",
            "While Line 1 had an availability of [[a Availability / Line 1]], Line 2 only reached "
            "[[a Availability / Line 2]].",
            "Line 2 lags behind in availability ([[a Availability / Line 2]]), but its quality is "
            "fine ([[a Quality / Line 2]]).",
            "With [[a OEE / Line 1]], Line 1 has the better OEE.",
            "The better one is Line 1: OEE [[a OEE / Line 1]].",
            "Both lines lose little to quality.",
            "On Line 2, OEE was [[a OEE / Line 2]] and availability [[a Availability / Line 2]].",
            ("Line 2 was worse.", "Its OEE was [[a OEE / Line 2]]."),
        ),
    ),
    Case(
        "are we on plan in packaging?",
        ("/production packaging",),
        (
            "Line 3 is furthest behind: [[a Made / Line 3]] made, [[a Expected so far / Line 3]] "
            "expected so far.",
            "Line 3 has made [[a Made / Line 3]] bottles this shift.",
            "Line 1 has made [[a Made / Line 1]] of [[a Expected so far / Line 1]] expected.",
            "Packaging has made [[a Made, bottles]] bottles this shift so far.",
            "[[a Behind plan]] lines are behind plan.",
            "In packaging, [[a Behind plan]] are behind plan.",
            "Line 2 is ahead of plan by [[a Gap / Line 2]] bottles.",
            "The gap of Line 3 is [[a Gap / Line 3]].",
            "Line 4 is behind plan by [[a Gap / Line 4]].",
            "Line 3 and Line 1 are standing still for a changeover.",
            "The packaging lines have made [[a Made, bottles]] bottles together.",
            "Line 1: [[a Made / Line 1]] made, gap [[a Gap / Line 1]].",
            "Only Line 2 is on plan, with [[a Made / Line 2]] made.",
            "I suggest to look at Line 3 first.",
            "Line 3: [[a State quote / Line 3]]",
        ),
    ),
    Case(
        "where does line 1 lose money?",
        ("/losses line-1 last week",),
        (
            "Line 1 lost [[a Lost]] last week.",
            "Last week's losses on Line 1 came to [[a Lost]].",
            "Setup is the biggest, at [[a Cost / Setup]] ([[a Share / Setup]] of the total).",
            "Setup cost [[a Cost / Setup]], reduced speed [[a Cost / Reduced speed]] and breakdown "
            "[[a Cost / Breakdown]].",
            "Setup took [[a Duration / Setup]].",
            "Reduced speed accounts for [[a Share / Reduced speed]].",
            "Starved: [[a Cost / Starved]].",
            "Together with setup, reduced speed makes up [[a Cumulative / Reduced speed]] "
            "cumulatively.",
            "Production rejects cost [[a Cost / Production rejects]] last week.",
            "Production rejects came to [[a Scrap / Production rejects]] scrapped.",
            "Compared with the week before, losses changed by [[a Change Lost change]].",
            "Losses fell: [[a Change Lost change]].",
            "A shorter changeover would help most.",
            "Minor stops took [[a Duration / Minor stops]] and cost [[a Cost / Minor stops]].",
        ),
    ),
    Case(
        "what did downtime of grinder 5 and oven 1 cost last week?",
        ("/cost grinder-5 oven-1 last week",),
        (
            "Downtime of Grinder 5 and Oven 1 cost [[a Downtime / Grinder 5 and Oven 1]] last "
            "week.",
            "Waste cost [[a Waste]].",
            "Grinder 5 was down [[a Downtime / Grinder 5]], which cost [[a Cost / Grinder 5]].",
            "Oven 1 has no cost rate, so the cost of its downtime is unknown.",
            "Its rate is [[a Rate / Grinder 5]] for Grinder 5.",
            "Oven 1 was down [[a Downtime / Oven 1]].",
        ),
    ),
    Case(
        "is grinder 5 getting worse?",
        ("/trend grinder-5 oee last 30 days", "/downtime grinder-5 last week"),
        (
            "Yes, Grinder 5 is getting worse.",
            "Over the last 30 days its OEE was [[a OEE]], against a target of [[a OEE target]].",
            "OEE of Grinder 5 over the last 30 days: [[a OEE]].",
            "OEE of Grinder 5 fell over the last 30 days: [[a Change OEE change]].",
            "[[a Unusual days]] days were unusual in the last 30 days.",
            "The normal range of a day was [[a Normal range of a day]] over the last 30 days.",
            "On [[a Day label / Mon 9 Mar]] OEE was only [[a OEE / Mon 9 Mar]].",
            "The worst day was [[a Day label / Mon 9 Mar]] with an OEE of [[a OEE / Mon 9 Mar]].",
            "Last week Grinder 5 was down [[b Downtime]].",
            "Last week it had [[b Stops]] stops.",
            "Its MTBF was [[b MTBF]] last week.",
            "Last week its MTBF was [[b MTBF]] and its MTTR [[b MTTR]].",
        ),
    ),
    Case(
        "OEE of packaging yesterday by shift",
        ("/oee packaging yesterday by shift",),
        (
            "The early shift reached an OEE of [[a OEE / Early]], the late shift "
            "[[a OEE / Late]] and the night shift [[a OEE / Night]].",
            "The late shift was best with [[a OEE / Late]].",
            "Yesterday's early shift had an availability of [[a Availability / Early]].",
            "Packaging as a whole reached [[a OEE]] yesterday.",
            "In the night shift, availability was [[a Availability / Night]].",
            "OEE was [[a OEE / Late]] in the late shift and [[a OEE / Night]] in the night shift.",
            "The target is [[a OEE target]].",
            "The night shift lost most in availability ([[a Availability / Night]]).",
        ),
    ),
    Case(
        "any safety incidents open?",
        ("/safety",),
        (
            "[[a Open now]] events are open.",
            "There were [[a Events]] safety events.",
            "[[a Events / near miss]] of the events were near misses.",
            "The gravest is a first aid case at CNC 2.",
            "First aid: [[a Events / first aid]] events.",
            "Please follow up the open ones today.",
        ),
    ),
    Case(
        "which alerts are there?",
        ("/alerts",),
        (
            "[[a0]]",
            "[[a high]] alert is of high priority.",
            "[[a medium]] alerts are of medium priority.",
            "Grinder 5: [[a Alert quote / Grinder 5]]",
            "CNC 4: [[a Alert quote / CNC 4]]",
            "The open safety event at CNC 2 comes first.",
        ),
    ),
    Case(
        "tell me about cnc 4",
        ("/asset cnc-4",),
        (
            "CNC 4 sends no data at the moment, so its state is unknown.",
            "In the last 30 days, “tool change” stopped it most of the time: "
            "[[a Duration / tool change]].",
            "Over the last 30 days part misaligned in gripper happened "
            "[[a Stops / part misaligned in gripper]] times.",
            "[[a Shift label / Late]]: OEE [[a OEE / Late, Wed 11 Mar]].",
        ),
    ),
    Case(
        "what would help filler 2?",
        ("/improve filler-2",),
        (
            "Most would come from “Blocked”: a gain of [[a Gain / Blocked]] per week.",
            "Blocked is worth [[a Worth / Blocked]] per week.",
            "Setup would bring [[a Gain / Setup]] per week.",
            "Check the buffer behind Filler 2 first.",
        ),
    ),
    Case(
        "how do line 3 and line 4 compare yesterday?",
        ("/oee line-3 yesterday", "/oee line-4 yesterday"),
        (
            "Line 3 made [[a Made]], Line 4 [[b Made]].",
            "Yesterday Line 3 had an OEE of [[a OEE]] and Line 4 of [[b OEE]].",
            "Line 4's OEE was [[b OEE]], Line 3's [[a OEE]].",
            "OEE was [[a OEE]] on Line 3 and [[b OEE]] on Line 4.",
            "On Line 4, breakdowns took [[b Duration / Breakdowns]]; on Line 3 "
            "[[a Duration / Breakdowns]].",
            "Line 3 lost [[a Duration / Setup]] to setup, Line 4 [[b Duration / Setup]].",
            "Line 3 is at [[a OEE]] OEE, whereas Line 4 is at [[b OEE]].",
        ),
    ),
    Case(
        "Wie war die OEE von Linie 3 gestern?",
        ("/oee line-3 gestern",),
        (
            "Die OEE von Line 3 lag gestern bei [[a OEE]].",
            "Gestern erreichte Line 3 eine OEE von [[a OEE]], bei einem Ziel von [[a OEE target]].",
            "Die Verfügbarkeit war [[a Verfügbarkeit]], die Leistung [[a Leistung]] und die "
            "Qualität [[a Qualität]].",
            "Die Verfügbarkeit lag bei [[a Verfügbarkeit]].",
            "Leistung: [[a Leistung]]",
            "Qualität: [[a Qualität]]",
            "Linie 3 produzierte [[a Produziert]].",
            "Es wurden [[a Produziert]] produziert.",
            "Die OEE stieg: [[a Änderung OEE change]].",
            "Die OEE ist gestiegen ([[a Änderung OEE change]]).",
            "Störungen kosteten [[a Kosten / Störungen]].",
            "Störungen dauerten [[a Dauer / Störungen]].",
            "Der größte Verlust waren Störungen mit [[a Dauer / Störungen]].",
            "Das Rüsten dauerte [[a Dauer / Rüsten]] und kostete [[a Kosten / Rüsten]].",
            "Einer der Gründe ist die reduzierte Geschwindigkeit: "
            "[[a Dauer / Reduzierte Geschwindigkeit]].",
            "Zuerst würde ich die Störungen ansehen.",
            "Das Ziel von [[a OEE target]] wurde damit erreicht.",
            "Mit [[a OEE]] liegt die OEE über dem Ziel.",
            "Kurzstillstände verursachten [[a Dauer / Kurzstillstände]].",
            "Anlaufausschuss spielt kaum eine Rolle ([[a Kosten / Anlaufausschuss]]).",
            "Soll ich die Gründe der Stillstände zeigen?",
            "[[a0]]",
            "Eine der Ursachen ist der Stau am Einlaufband.",
            "Die OEE beträgt [[a OEE]].",
            "OEE von Line 3 gestern: [[a OEE]] (Ziel [[a OEE target]]).",
            (
                "Die OEE von Line 3 lag gestern bei [[a OEE]].",
                "Die Verfügbarkeit betrug [[a Verfügbarkeit]].",
            ),
        ),
        "de",
    ),
    Case(
        "Warum stand Linie 3 letzte Nacht?",
        ("/downtime line-3 letzte Nacht",),
        (
            "Line 3 stand letzte Nacht [[a Stillstand]], in [[a Stillstände]] Stillständen.",
            "Letzte Nacht hatte Linie 3 insgesamt [[a Stillstände]] Stillstände.",
            "Linie 3 stand letzte Nacht [[a Stillstand]] still.",
            "Hauptgrund war infeed conveyor jam mit [[a Dauer / infeed conveyor jam]].",
            "Auf infeed conveyor jam entfallen [[a Anteil / infeed conveyor jam]] des Stillstands.",
            "infeed conveyor jam trat [[a Stillstände / infeed conveyor jam]] mal auf.",
            "An zweiter Stelle steht palletizer down mit [[a Dauer / palletizer down]].",
            "Der Stillstand ging zurück: [[a Änderung Stillstand change]].",
            "- infeed conveyor jam: [[a Dauer / infeed conveyor jam]], "
            "[[a Anteil / infeed conveyor jam]] Anteil",
            "- palletizer down: [[a Dauer / palletizer down]]",
            "Das Einlaufband sollte vor der nächsten Nacht geprüft werden.",
            "In der Nachtschicht stand Linie 3 [[a Stillstand]].",
            "Die Nachtschicht verlor auf Linie 3 [[a Stillstand]].",
            "Davor kostete infeed conveyor jam [[a Davor / infeed conveyor jam]].",
            "Insgesamt stand Line 3 [[a Stillstand]].",
            "Line 3 stand [[a Stillstand]], vor allem wegen infeed conveyor jam "
            "([[a Dauer / infeed conveyor jam]]).",
            "Bitte achten Sie auf den Einlauf.",
            (
                "Hauptgrund war infeed conveyor jam.",
                "Das waren [[a Anteil / infeed conveyor jam]] des Stillstands.",
            ),
        ),
        "de",
    ),
    Case(
        "Vergleiche Linie 1 und Linie 2 letzte Woche",
        ("/compare line-1 line-2 letzte Woche",),
        (
            "Line 1 kam letzte Woche auf eine OEE von [[a OEE / Line 1]], Line 2 auf "
            "[[a OEE / Line 2]].",
            "OEE: Line 1 [[a OEE / Line 1]], Line 2 [[a OEE / Line 2]].",
            "Line 2 ist schlechter: OEE [[a OEE / Line 2]] gegenüber [[a OEE / Line 1]] bei "
            "Line 1.",
            "Die Verfügbarkeit von Linie 2 betrug [[a Verfügbarkeit / Line 2]], die von Linie 1 "
            "[[a Verfügbarkeit / Line 1]].",
            "Linie 1 produzierte [[a Menge, Flaschen / Line 1]] Flaschen, Linie 2 "
            "[[a Menge, Flaschen / Line 2]].",
            "Während Line 1 eine Verfügbarkeit von [[a Verfügbarkeit / Line 1]] hatte, kam Line 2 "
            "nur auf [[a Verfügbarkeit / Line 2]].",
            "Die Leistung ist ähnlich: [[a Leistung / Line 1]] bei Line 1 und "
            "[[a Leistung / Line 2]] bei Line 2.",
            "Die Ausschussquote von Line 1 war [[a Ausschussquote / Line 1]].",
            "Beide Linien haben kaum Ausschuss.",
            "Der Unterschied liegt vor allem in der Verfügbarkeit.",
        ),
        "de",
    ),
    Case(
        "Liegen wir in der Verpackung im Plan?",
        ("/production packaging",),
        (
            "Line 3 liegt am weitesten zurück: [[a Produziert / Line 3]] produziert, "
            "[[a Erwartet bisher / Line 3]] erwartet.",
            "Packaging hat in dieser Schicht [[a Produziert, Flaschen]] Flaschen produziert.",
            "Line 2 hat [[a Produziert / Line 2]] Flaschen produziert.",
            "Der Abstand von Line 1 beträgt [[a Abstand / Line 1]].",
            "[[a Hinter dem Plan]] Linien liegen hinter dem Plan.",
            "Line 3 und Line 1 stehen wegen eines Formatwechsels.",
            "Diese Schicht fehlen Line 4 [[a Abstand / Line 4]] Flaschen.",
        ),
        "de",
    ),
    Case(
        "Was haben Grinder 5 und Oven 1 letzte Woche gekostet?",
        ("/cost grinder-5 oven-1 letzte Woche", "/losses line-1 letzte Woche"),
        (
            "Der Stillstand von Grinder 5 und Oven 1 kostete letzte Woche "
            "[[a Stillstand / Grinder 5 und Oven 1]].",
            "Grinder 5 stand letzte Woche [[a Stillstand / Grinder 5]], das kostete "
            "[[a Kosten / Grinder 5]].",
            "Für Oven 1 gibt es keinen Kostensatz, deshalb fehlen seine Stillstandskosten.",
            "Line 1 verlor letzte Woche [[b Verlust]].",
            "Am teuersten war auf Line 1 das Rüsten mit [[b Kosten / Rüsten]].",
            "Auf Line 1 dauerte das Rüsten [[b Dauer / Rüsten]].",
            "Reduzierte Geschwindigkeit kostete Line 1 [[b Kosten / Reduzierte Geschwindigkeit]].",
        ),
        "de",
    ),
    # Written before the guard had seen any of them.
    Case(
        "how did line 4 do yesterday?",
        ("/oee line-4 yesterday",),
        (
            "Line 4 finished yesterday at an OEE of [[a OEE]], which is compared with a "
            "target of [[a OEE target]].",
            "Its performance of [[a Performance]] was fine.",
            "Quality losses were small, at [[a Quality]] quality.",
            "Output came to [[a Made]].",
            "The line lost [[a Duration / Minor stops]] to minor stops.",
            "Minor stops are worth a look: they lost [[a Duration / Minor stops]] and cost "
            "[[a Cost / Minor stops]].",
            "Overall, the OEE of Line 4 ended at [[a OEE]].",
            "Yesterday's output was [[a Made]].",
            "Its main weakness is availability, which was [[a Availability]].",
            "Availability dropped to [[a Availability]] yesterday.",
            "Compared with the target of [[a OEE target]], the OEE was [[a OEE]].",
        ),
        "en",
    ),
    Case(
        "why did line 4 stop last night?",
        ("/downtime line-4 last night",),
        (
            "Last night Line 4 was stopped [[a Stops]] times for [[a Downtime]] in all.",
            "It stood [[a Downtime]] altogether.",
            "Its median stop lasted [[a Median stop]].",
            "You asked about last night: Line 4 was down for [[a Downtime]].",
            "I have no information about the operators.",
            "The tool gives no cause for it.",
            "Would you like to see the trend?",
            "Line 4 lost [[a Downtime]] during the night shift, spread over [[a Stops]] stops.",
        ),
        "en",
    ),
    Case(
        "compare line 1 and line 3 last week",
        ("/compare line-1 line-3 last week",),
        (
            "Line 1 beat Line 3: its OEE was [[a OEE / Line 1]].",
            "Line 3's availability ([[a Availability / Line 3]]) is lower than Line 1's ([[a "
            "Availability / Line 1]]).",
            "In terms of OEE, Line 1 reached [[a OEE / Line 1]], Line 3 only [[a OEE / Line 3]].",
            "Line 3 had [[a Availability / Line 3]] availability last week.",
            "Last week Line 1 turned out [[a Output, bottles / Line 1]] bottles.",
        ),
        "en",
    ),
    Case(
        "Was war mit Linie 4 gestern?",
        ("/oee line-4 gestern", "/downtime line-4 gestern"),
        (
            "Linie 4 kam gestern auf eine OEE von [[a OEE]].",
            "Das liegt im Bereich des Ziels von [[a OEE target]].",
            "Die Verfügbarkeit betrug gestern [[a Verfügbarkeit]], die Qualität [[a Qualität]].",
            "Insgesamt stand Linie 4 gestern [[b Stillstand]].",
            "Gestern gab es auf Linie 4 [[b Stillstände]] Stillstände.",
            "Am meisten kosteten die Störungen: [[a Kosten / Störungen]].",
            "Die Kurzstillstände dauerten [[a Dauer / Kurzstillstände]].",
            "Der Ausstoß lag bei [[a Produziert]].",
            "Ich empfehle, zuerst das Rüsten zu verkürzen.",
            "Die Leistung war mit [[a Leistung]] gut.",
            "Möchten Sie den Verlauf sehen?",
            "Dazu liegen mir keine Daten vor.",
            "Gestern produzierte die Linie [[a Produziert]].",
        ),
        "de",
    ),
    Case(
        "how is packaging doing this week by shift?",
        ("/oee packaging yesterday by shift",),
        (
            "Yesterday the night shift had the lowest OEE, at [[a OEE / Night]].",
            "The best shift yesterday was the late shift with an OEE of [[a OEE / Late]].",
            "Yesterday packaging made [[a Made]] in total.",
            "Yesterday setup took [[a Duration / Setup]] across the packaging lines.",
        ),
        "en",
    ),
)
