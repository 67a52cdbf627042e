### Was Teilnehmende lesen, auf Deutsch. Jede Sprache ist eine solche Datei, mit denselben Nachrichten.
### Eine Leerzeile in einer Nachricht beginnt einen Absatz; jeder andere Zeilenumbruch ist ein Leerzeichen.

## Überall

wait = Einen Moment …
continue = Weiter
reload = Neu laden
needs-javascript = Diese Studie braucht JavaScript
switch-javascript-on = Bitte schalten Sie es in den Einstellungen Ihres Browsers ein, und laden Sie diese Seite neu.

## Kategorien der Bilder, unter den Symbolen

category-airplane = Flugzeug
category-bear = Bär
category-bicycle = Fahrrad
category-bird = Vogel
category-boat = Boot
category-bottle = Flasche
category-car = Auto
category-cat = Katze
category-chair = Stuhl
category-clock = Uhr
category-dog = Hund
category-elephant = Elefant
category-keyboard = Tastatur
category-knife = Messer
category-oven = Ofen
category-truck = Lastwagen

## Die Einwilligung

landing-what = Was Sie tun werden
landing-pictures = Bilder
landing-sounds = Tonaufnahmen
landing-rounds = Durchgänge, höchstens
landing-time = Dauer
landing-minutes = { $minutes ->
    [one] etwa { $minutes } Minute
   *[other] etwa { $minutes } Minuten
}
landing-consent = Ihre Einwilligung
landing-preview = Dies ist eine Vorschau. Nehmen Sie die Aufgabe an, um mitzumachen.
landing-nothing-begun = Es hat noch nichts begonnen.
landing-number = Ihre Teilnehmernummer
landing-number-optional = Ihre Teilnehmernummer (falls Sie eine bekommen haben)
landing-number-missing = Bitte geben Sie die Nummer ein, die Sie bekommen haben.
landing-number-taken =
    Mit der Nummer { $number } hat schon jemand an dieser Studie teilgenommen. Bitte prüfen Sie die Nummer, oder fragen
    Sie die Versuchsleitung nach einer anderen. Um eine begonnene Sitzung fortzusetzen, öffnen Sie den Link in dem
    Browser, in dem sie begonnen wurde.
landing-another-begun = Ich bin nicht die Person, die diese Studie in diesem Browser begonnen hat.
landing-another-finished = Ich bin nicht die Person, die diese Studie in diesem Browser beendet hat.
landing-replaces =
    Sobald Sie begonnen haben, kann die vorher begonnene Sitzung in diesem Browser nicht mehr fortgesetzt werden.
landing-agree = Ich bin einverstanden und möchte teilnehmen
landing-decline = Ich möchte nicht teilnehmen

## Ein Browser, in dem die Studie nicht läuft: vor der Einwilligung

unfit = Dieser Browser kann die Studie nicht zeigen
unfit-otherwise =
    Es hat noch nichts begonnen. Öffnen Sie denselben Link in einem anderen Browser oder auf einem anderen Gerät.
unfit-again = Hier noch einmal versuchen
unfit-cookies = Er behält keine Cookies dieser Seite. Bitte erlauben Sie sie.
unfit-old = Er ist zu alt: Ihm fehlt, was die Studie braucht, um Ihre Antworten zu senden.
unfit-canvas = Er lässt die Seite keine Bilder zeichnen (Canvas).
unfit-sound = Er lässt die Seite keine Töne abspielen (Web Audio).
unfit-program =
    Das Programm der Studie ist nicht gestartet: Vielleicht ist der Browser zu alt, ein Werbeblocker hat es
    aufgehalten, oder die Verbindung ist abgebrochen.

## An der Tür: wer schon teilgenommen hat oder nicht eingelassen wird

ask-finished = Diese Studie wurde in diesem Browser beendet
ask-finished-hint = Waren Sie das? Dann können Sie die letzte Seite mit dem Abschlusscode noch einmal sehen.
ask-finished-me = Das war ich: letzte Seite zeigen
ask-begun = Diese Studie wurde in diesem Browser begonnen
ask-begun-hint = Waren Sie das? Dann machen Sie dort weiter, wo Sie aufgehört haben: Ihre Antworten sind gespeichert.
ask-begun-me = Das war ich: weitermachen
ask-share = Teilen Sie sich diesen Computer, und sind Sie jemand anderes?
ask-new = Ich nehme neu teil

resume-finished = Sie haben diese Studie beendet
resume-finished-hint = Sie haben in einem anderen Browser teilgenommen, oder der Browser hat es inzwischen vergessen.
resume-finished-show = Letzte Seite zeigen
resume-begun = Sie haben diese Studie begonnen
resume-begun-hint =
    Sie haben in einem anderen Browser begonnen, oder der Browser hat es inzwischen vergessen. Sie können hier
    weitermachen: Ihre Antworten sind gespeichert. Wenn die Studie anderswo noch offen ist, schließen Sie sie dort
    bitte.
resume-begun-go-on = Hier weitermachen

cookies = Diese Studie braucht Cookies
cookies-text =
    Ihr Browser hat das Cookie nicht behalten, an dem diese Studie Sie von einer Antwort zur nächsten wiedererkennt.
    Es wurde nichts gespeichert, und Sie haben noch nicht begonnen.

    Bitte erlauben Sie Cookies für diese Seite: in den Einstellungen des Browsers unter Datenschutz oder über das
    Zeichen neben der Adresse. Auch private Fenster und Werbeblocker können sie verbieten. Öffnen Sie danach die Seite
    noch einmal.
cookies-again = Seite noch einmal öffnen

begun-elsewhere = Sie haben schon begonnen
begun-elsewhere-text =
    Unter dieser Kennung wurde die Studie schon begonnen, in einem anderen Browser oder auf einem anderen Gerät.

    Bitte machen Sie dort weiter: Öffnen Sie den Link der Studie in dem Browser, in dem Sie begonnen haben. Ihre
    Antworten sind gespeichert.

    Wenn das nicht geht, schreiben Sie bitte denen, die Ihnen den Link geschickt haben.
finished-elsewhere = Sie haben schon teilgenommen
finished-elsewhere-text =
    Unter dieser Kennung wurde die Studie schon beendet, und jede Person nimmt einmal teil. Vielen Dank!

    Um den Abschlusscode noch einmal zu sehen, öffnen Sie den Link der Studie in dem Browser, in dem Sie teilgenommen
    haben.
excluded = Sie haben schon teilgenommen
excluded-text =
    Sie haben an einer Studie teilgenommen, zu der diese gehört, und jede Person nimmt an einer davon teil. Es wurde
    nichts gespeichert.

    Bitte gehen Sie dorthin zurück, wo Sie diese Studie gefunden haben, und geben Sie sie zurück. Vielen Dank!
unnamed = Bitte öffnen Sie die Studie dort, wo Sie sie gefunden haben
unnamed-text =
    Dieser Link sagt nicht, wer Sie sind, sodass Ihnen die Teilnahme nicht angerechnet werden könnte. Es wurde nichts
    gespeichert.

    Bitte gehen Sie zu der Seite zurück, auf der Sie die Studie gefunden haben, und öffnen Sie sie von dort. Wenn Sie
    das getan haben, sagen Sie es bitte denen, die die Studie durchführen.
unproven = Bitte öffnen Sie die Studie noch einmal dort, wo Sie sie gefunden haben
unproven-text =
    Der Link, den Sie geöffnet haben, ist zu alt, wurde kopiert oder unterwegs verändert. Es wurde nichts gespeichert.

    Bitte gehen Sie zu der Seite zurück, auf der Sie die Studie gefunden haben, und öffnen Sie sie von dort noch einmal.
frame-text = Die Studie öffnet sich in einem eigenen Fenster. Ihre letzte Seite gibt Ihre Arbeit ab; diese Seite kann offen bleiben.
frame-open = Die Studie öffnen
browser-taken = Mit diesem Browser wurde schon teilgenommen
browser-taken-text =
    Mit diesem Browser hat schon jemand teilgenommen, und in dieser Studie kann jeder Browser nur einmal teilnehmen.

    Wenn das jemand anderes war, nehmen Sie bitte ein anderes Gerät, oder schreiben Sie denen, die Ihnen den Link
    geschickt haben.

## Die Seite des Experiments, bevor es gestartet ist

stalled = Die Studie ist nicht gestartet
stalled-text =
    Ihr Programm ist nicht angekommen, oder es läuft in diesem Browser nicht. Bitte laden Sie die Seite neu. Wenn das
    nicht hilft, öffnen Sie den Link der Studie in einem anderen Browser, oder schalten Sie Werbeblocker für diese
    Seite aus.

    Antworten, die Sie schon gegeben haben, sind gespeichert.

## Schritte

instructions = Was Sie tun werden
instructions-begin = Los
instructions-words = Alle { $count } Wörter
instructions-search = Wörter suchen

device-check = Ihr Gerät
device-check-text = Die Studie prüft, ob sie auf diesem Gerät gezeigt werden kann.
device-check-measuring = Einen Moment …
device-check-fits = Alles ist so, wie die Studie es braucht.
device-check-width = Das Fenster ist { $is } Pixel breit, und die Studie braucht { $least }.
device-check-height = Das Fenster ist { $is } Pixel hoch, und die Studie braucht { $least }.
device-check-enlarge =
    Bitte vergrößern Sie es, drehen Sie das Gerät, oder verkleinern Sie die Ansicht (Strg oder ⌘ und −). Sobald es passt,
    geht es weiter.
device-check-refresh =
    Der Bildschirm wird { $is }-mal in der Sekunde neu gezeichnet, und die Studie braucht { $least }-mal. Bitte schließen
    Sie andere Programme, und schalten Sie aus, was Energie spart.
device-check-cannot = Das geht nicht
device-check-phone = Diese Studie kann nicht auf einem Telefon bearbeitet werden.
device-check-touch = Diese Studie braucht eine Maus oder ein Touchpad und geht nicht durch Berühren.
device-check-browser = Diese Studie geht nicht in diesem Browser. Sie braucht einen von diesen: { $names }.
device-check-audio = Diese Studie spielt Töne ab, und der Browser konnte das Audiogerät nicht öffnen.
device-check-other =
    Wenn Sie ein anderes Gerät oder einen anderen Browser haben, öffnen Sie den Link der Studie dort. Sonst endet die
    Studie hier für Sie.
device-check-end = Studie hier beenden

survey = Ein paar Fragen
survey-optional = (freiwillig)
survey-no-answer = Keine Angabe
survey-required = Bitte beantworten Sie diese Frage.
survey-required-choice = Bitte wählen Sie eine Antwort.
survey-too-long = Das ist zu lang: höchstens 2.000 Zeichen, und 12.000 in allen Antworten zusammen.
survey-number = Bitte geben Sie eine Zahl an, in Ziffern.
survey-too-small = Bitte geben Sie eine Zahl an, die mindestens { $least } ist.
survey-too-large = Bitte geben Sie eine Zahl an, die höchstens { $most } ist.

screen-scale = Wie groß Ihr Bildschirm ist
screen-scale-text =
    Bitte halten Sie eine Bankkarte oder eine andere Karte dieser Größe an den Bildschirm, ihren linken Rand am linken
    Rand des Umrisses. Verändern Sie den Umriss, bis er so groß ist wie die Karte.
screen-scale-text-upright =
    Bitte halten Sie eine Bankkarte hochkant an den Bildschirm, ihren linken Rand am linken Rand des Umrisses. Verändern
    Sie den Umriss, bis er so breit ist wie die Karte.
screen-scale-size = Größe des Umrisses
screen-scale-smaller = Kleiner
screen-scale-larger = Größer
screen-scale-fits = Es passt
screen-scale-no-card = Ich habe keine solche Karte
screen-scale-distance = Ihr Abstand
screen-scale-distance-text =
    Bitte setzen Sie sich so hin, wie Sie in der Studie sitzen werden, und schätzen Sie, wie weit Ihre Augen vom
    Bildschirm entfernt sind. Ein ausgestreckter Arm ist etwa 60 bis 70 cm lang, von der Schulter bis zum Handgelenk etwa
    50 bis 55 cm.
screen-scale-distance-question = Abstand in cm

fullscreen = Der ganze Bildschirm
fullscreen-text =
    Die Studie funktioniert am besten im Vollbild. Mit der Escape-Taste können Sie es jederzeit verlassen.
fullscreen-go = Bildschirm füllen
fullscreen-without = Ohne Vollbild weiter
debrief = Worum es in dieser Studie geht

gate = Ein kurzer Test
practice-done = Die Übung ist vorbei
rest-break = Zeit für eine kurze Pause

welcome-back = Willkommen zurück
welcome-back-saved = { $answered ->
    [0] Es ist nichts verloren gegangen.
    [one] { $answered } Antwort ist gespeichert, und nichts ist verloren gegangen.
   *[other] { $answered } Antworten sind gespeichert, und nichts ist verloren gegangen.
}

feedback-right = Richtig: { $label }

sound-level = Stellen Sie die Lautstärke ein
sound-level-text =
    Bitte setzen Sie Kopfhörer auf, wenn Sie welche haben, und stellen Sie die Lautstärke Ihres Geräts auf etwa ein
    Viertel.

    Spielen Sie dann das Rauschen ab, und drehen Sie lauter, bis es laut und noch angenehm ist. Lassen Sie die
    Einstellung danach so.
sound-level-play = Rauschen abspielen
sound-level-stop = Rauschen anhalten

headphone-check = Tragen Sie Kopfhörer?
headphone-check-text =
    Für diese Studie brauchen Sie Kopfhörer oder Ohrhörer, an beiden Ohren. Bitte setzen Sie sie jetzt auf, mit der Seite,
    auf der L steht, am linken Ohr. Lautsprecher genügen nicht. Lassen Sie die Lautstärke, wie sie ist.

    { $left ->
        [one] Sie hören { $left } kurzen Klang, einmal.
       *[other] Sie hören { $left } kurze Klänge, jeden einmal.
    } Antworten Sie mit den Knöpfen oder mit den Tasten 1, 2 und 3.
headphone-check-progress = Klang { $number } von { $of }
headphone-check-play = Klang abspielen
headphone-check-listen = Hören Sie zu …
headphone-check-answer = Wählen Sie 1, 2 oder 3.
headphone-check-sides = Wo ist der Ton?
headphone-check-sides-text = Sie hören einen Ton: im linken Ohr, in beiden Ohren oder im rechten Ohr.
headphone-check-left = linkes Ohr
headphone-check-both = beide Ohren
headphone-check-right = rechtes Ohr
headphone-check-antiphase = Welcher Ton ist der leiseste?
headphone-check-antiphase-text = Sie hören drei Töne nacheinander. Einer ist leiser als die anderen.
headphone-check-huggins = In welchem Rauschen ist ein Ton?
headphone-check-huggins-text = Sie hören dreimal ein Rauschen. In einem davon ist ein schwacher Ton verborgen.

sound-silent = Ihr Browser spielt noch keinen Ton ab. Bitte drücken Sie noch einmal
sound-blocked =
    Ihr Browser spielt immer noch keinen Ton ab. Bitte prüfen Sie, ob Kopfhörer angeschlossen sind und ob der Browser auf
    dieser Seite Töne abspielen darf. Drücken Sie dann noch einmal, oder laden Sie die Seite neu.

## Durchgänge, gleich welcher Aufgabe

trial-start-hint = Drücken Sie die Leertaste, klicken oder tippen Sie
trial-slow =
    Das dauert länger als sonst. Wenn es nicht weitergeht, laden Sie die Seite neu: Es geht nichts verloren.

## Bilder benennen. Jede Aufgabe hat die Nachrichten dieses Abschnitts, unter ihrem eigenen Namen

image16-summary =
    Sie sehen Bilder, jedes nur einen kurzen Moment. Nach jedem wählen Sie aus einer Tafel von Symbolen, was darauf war.
    Eine Maus, ein Touchscreen oder eine Tastatur genügt.
image16-instructions =
    In jedem Durchgang wird ein Bild einen sehr kurzen Moment gezeigt. Schauen Sie auf das kleine Kreuz, das davor
    erscheint.

    Wählen Sie dann, was das Bild gezeigt hat, indem Sie eines der Symbole anklicken. Wenn Sie nicht sicher sind, wählen
    Sie, was am ehesten passt. Ofen steht auch für Pfannen, Töpfe und Essen, das gekocht wird.

    Manche Bilder sehen aus wie Rauschen oder wie ein Muster. Das ist so gewollt: Bitte wählen Sie trotzdem.
image16-summary-hurried =
    Sie sehen Bilder nacheinander, jedes nur einen kurzen Moment. Nach jedem wählen Sie rasch aus einer Tafel von
    Symbolen, was darauf war. Eine Maus, ein Touchscreen oder eine Tastatur genügt.
image16-instructions-hurried =
    Jedes Bild wird nur einen sehr kurzen Moment gezeigt. Schauen Sie vorher auf das kleine Kreuz.

    Dann erscheinen kurz die Symbole: Klicken Sie an, was das Bild gezeigt hat oder was am ehesten passt. Sie dürfen noch
    einmal klicken, die letzte Wahl zählt. Ofen steht auch für Pfannen, Töpfe und Gekochtes.

    Das nächste Bild kommt von selbst. Manche sehen aus wie Rauschen: Bitte wählen Sie trotzdem.
image16-start = Bild zeigen
image16-start-all = Bilder starten
image16-question = Was war es?
image16-progress-practice = Übung { $number } von { $of }
image16-progress = Bild { $number } von { $of }
image16-welcome-back = { $left ->
    [one] Sie machen dort weiter, wo Sie aufgehört haben: Es bleibt noch { $left } Bild.
   *[other] Sie machen dort weiter, wo Sie aufgehört haben: Es bleiben noch { $left } Bilder.
}
image16-gate =
    { $left ->
        [one] Jetzt kommt { $left } Bild ohne Hinweis auf richtig oder falsch.
       *[other] Jetzt kommen { $left } Bilder ohne Hinweis auf richtig oder falsch.
    }

    Sie zeigen, ob auf Ihrem Bildschirm alles funktioniert. Bitte antworten Sie, so gut Sie können.
image16-practice-done =
    Jetzt folgt der Hauptteil: { $left ->
        [one] { $left } Bild
       *[other] { $left } Bilder
    }, genauso kurz gezeigt und ohne Rückmeldung.

    Manche sind schwer zu erkennen. Wählen Sie, was am besten passt, auch wenn Sie raten müssen.
image16-break = Sie haben { $done } von { $total } Bildern geschafft.

    Schauen Sie einen Moment in die Ferne, und machen Sie weiter, wenn Sie so weit sind.
image16-wrong = { $given ->
    [na] Es war: { $label }. Sie haben nicht rechtzeitig gewählt.
   *[other] Es war: { $label }. Ihre Wahl: { $given }.
}
image16-small =
    Das Fenster ist zu klein für das Bild: Bitte vergrößern Sie es, drehen Sie das Gerät, oder verkleinern Sie die
    Ansicht.
image16-shown = Das Bild, das gezeigt wurde

## Welches von zwei Bildern kam noch einmal (ABX)

abx-summary =
    In jedem Durchgang sehen Sie drei Bilder nacheinander, jedes nur einen sehr kurzen Moment. Das dritte ist das gleiche
    wie das erste oder wie das zweite, und Sie sagen, welches. Eine Tastatur, eine Maus oder ein Touchscreen genügt.
abx-instructions =
    In jedem Durchgang werden drei Bilder nacheinander gezeigt, jedes nur einen sehr kurzen Moment. Schauen Sie auf das
    kleine Kreuz, das davor erscheint, und dorthin, bis alle drei gezeigt worden sind.

    Das dritte Bild ist das gleiche wie das erste oder wie das zweite. Drücken Sie 1, F oder die linke Pfeiltaste, wenn es
    das erste war, und 2, J oder die rechte Pfeiltaste, wenn es das zweite war; oder klicken oder tippen Sie auf die
    Schaltfläche. Antworten Sie, wenn die Schaltflächen da sind: Was vorher gedrückt wird, zählt nicht. Sie haben so viel
    Zeit, wie Sie möchten.

    Oft unterscheiden sich die Bilder nur sehr wenig, und vielleicht sehen Sie keinen Unterschied. Das ist so gewollt:
    Bitte antworten Sie trotzdem, auch wenn Sie raten müssen. Bitte bleiben Sie immer gleich weit vom Bildschirm entfernt.
abx-start = Bilder zeigen
abx-question = War das dritte Bild das gleiche wie das erste oder wie das zweite?
abx-first = Erstes Bild
abx-second = Zweites Bild
abx-was-first = Das dritte Bild war das gleiche wie das erste
abx-was-second = Das dritte Bild war das gleiche wie das zweite
abx-again = { $label }, als drittes noch einmal gezeigt
abx-progress-practice = Übung { $number } von { $of }
abx-progress = Durchgang { $number } von { $of }
abx-welcome-back = { $left ->
    [one] Sie machen dort weiter, wo Sie aufgehört haben: Es bleibt höchstens noch { $left } Durchgang. Ein Durchgang, der abgebrochen wurde, beginnt von vorn.
   *[other] Sie machen dort weiter, wo Sie aufgehört haben: Es bleiben höchstens noch { $left } Durchgänge. Ein Durchgang, der abgebrochen wurde, beginnt von vorn.
}
abx-gate =
    { $left ->
        [one] Jetzt kommt { $left } Durchgang ohne Hinweis auf richtig oder falsch.
       *[other] Jetzt kommen { $left } Durchgänge ohne Hinweis auf richtig oder falsch.
    }

    Sie zeigen, ob auf Ihrem Bildschirm alles funktioniert. Bitte antworten Sie, so gut Sie können.
abx-practice-done =
    Jetzt folgt der Hauptteil: { $left ->
        [one] höchstens { $left } Durchgang
       *[other] höchstens { $left } Durchgänge
    }, ohne Rückmeldung.

    Sie sind schwerer, denn die Bilder unterscheiden sich weniger. Antworten Sie trotzdem, auch wenn Sie raten müssen.
abx-break = Sie haben { $done } von { $total } Durchgängen geschafft.

    Schauen Sie einen Moment in die Ferne, und machen Sie weiter, wenn Sie so weit sind. Bitte sitzen Sie so weit vom
    Bildschirm entfernt wie vorher.
abx-wrong = Nicht ganz: { $label }.
abx-small =
    Das Fenster ist zu klein für die Bilder: Bitte vergrößern Sie es, drehen Sie das Gerät, oder verkleinern Sie die
    Ansicht.

## Wörter erkennen

words-summary =
    Sie hören kurze Ausschnitte gesprochener Sprache, jeden nur einmal. Nach jedem tippen Sie das Wort ein, das in der
    Mitte gesagt wurde. Bitte benutzen Sie Kopfhörer, wenn Sie können, und suchen Sie sich einen ruhigen Ort.
words-instructions =
    In jedem Durchgang hören Sie einmal einen kurzen Ausschnitt Sprache. Achten Sie auf das Wort in der Mitte.

    Tippen Sie es dann ein. Dabei werden die Wörter angezeigt, die möglich sind; nur diese zählen. Wenn Sie nicht sicher
    sind, nehmen Sie das ähnlichste.

    Manche klingen wie Rauschen. Das ist so gewollt: Bitte antworten Sie trotzdem.
words-start = Ton abspielen
words-question = Welches Wort war in der Mitte?
words-progress-practice = Übung { $number } von { $of }
words-progress = Ton { $number } von { $of }
words-welcome-back = { $left ->
    [one] Sie machen dort weiter, wo Sie aufgehört haben: Es bleibt noch { $left } Ton.
   *[other] Sie machen dort weiter, wo Sie aufgehört haben: Es bleiben noch { $left } Töne.
}
words-gate =
    { $left ->
        [one] Jetzt kommt { $left } Aufnahme ohne Hinweis auf richtig oder falsch.
       *[other] Jetzt kommen { $left } Aufnahmen ohne Hinweis auf richtig oder falsch.
    }

    Sie zeigen, ob mit Ihrem Kopfhörer alles funktioniert. Bitte antworten Sie, so gut Sie können.
words-practice-done =
    Jetzt folgt der Hauptteil: { $left ->
        [one] { $left } Ton
       *[other] { $left } Töne
    }, jeder einmal abgespielt und ohne Rückmeldung.

    Manche sind schwer zu verstehen. Nehmen Sie das Wort, das am nächsten kommt, auch wenn Sie raten müssen.
words-break = Sie haben { $done } von { $total } Tönen geschafft.

    Gönnen Sie Ihren Ohren einen Moment Ruhe, und machen Sie weiter, wenn Sie so weit sind.
words-wrong = Es war: { $label }. Ihr Wort: { $given }.
words-listen = Hören Sie zu …
words-confirm = Bestätigen
words-list = Wörter der Liste
words-type-hint = Tippen Sie das Wort ein. Passende Wörter werden angezeigt.
words-exact-hint = Drücken Sie Enter oder „Bestätigen“, um dieses Wort zu geben.
words-not-exact = Dieses Wort steht nicht in der Liste. Tippen Sie weiter, oder wählen Sie eines der angezeigten Wörter.
words-matching = { $count ->
    [0] Kein Wort der Liste passt.
    [one] { $count } Wort passt.
   *[other] { $count } Wörter passen.
}

## Was unterwegs schiefgehen kann

saving = Ihre letzten Antworten werden gespeichert …
reconnecting = Verbindung wird wiederhergestellt … Ihre Antworten sind sicher.
reconnecting-open = Verbindung wird wiederhergestellt … Bitte lassen Sie diese Seite offen.
elsewhere = In einem anderen Tab geöffnet
elsewhere-text =
    Diese Studie ist in einem anderen Tab oder Fenster geöffnet. Sie können dort weitermachen oder sie hier übernehmen.
elsewhere-take-over = Hier weitermachen
unknown = Diese Seite kennt Sie nicht mehr
unknown-text =
    Vielleicht haben Sie in einem anderen Browser weitergemacht oder in einem anderen Fenster neu begonnen: Dann machen
    Sie bitte dort weiter.

    Gespeicherte Antworten sind noch da.
unknown-open = Link der Studie öffnen
failed = Etwas ist schiefgegangen
failed-safe = Ihre Antworten sind sicher. Bitte laden Sie die Seite neu, um weiterzumachen.
failed-open = Bitte laden Sie die Seite neu, um weiterzumachen. Antworten, die schon gespeichert wurden, sind noch da.
failed-reason = Das Programm meldet: { $reason }
failed-damaged = Eine Datei dieser Studie ist beschädigt angekommen.
failed-program = Ein Teil des Programms der Studie ist nicht angekommen, oder es gibt ein neueres.
failed-device = Dieser Browser konnte das Audiogerät nicht öffnen.

## Das Ende

end = Vielen Dank
end-message = Vielen Dank für Ihre Teilnahme.
end-lead-back = Zurück zu { $host }
end-code = Ihr Abschlusscode
end-copy = Kopieren
end-copied = Kopiert
end-by-hand = Bitte von Hand kopieren
end-saved = Alle Ihre Antworten sind gespeichert.
end-press = Sie müssen nur noch auf die Schaltfläche oben drücken.
end-close = Sie können diese Seite schließen.
end-no-consent = Sie haben sich gegen die Teilnahme entschieden
end-no-consent-text = Das ist in Ordnung. Über Sie wurde nichts gespeichert.
end-expired = Diese Sitzung ist beendet
end-expired-text = Diese Studie soll in einem Zug bearbeitet werden, und die Seite war zu lange verlassen. Vielen Dank für Ihren Beitrag bis hierher.
end-full = Diese Studie hat schon alle Teilnehmenden
end-full-text = Vielen Dank, dass Sie gekommen sind. Über Sie wurde nichts gespeichert, und Sie haben nichts falsch gemacht.
end-returned = Sie haben Ihren Platz zurückgegeben
end-returned-text = Sie haben diese Studie dort zurückgegeben, wo Sie sie gefunden haben; hier ist sie damit beendet. Sie können diese Seite schließen.
end-timed-out = Die Zeit für diese Studie ist abgelaufen
end-timed-out-text = Ihr Platz wurde weitergegeben, weil die Zeit abgelaufen ist. Vielen Dank für Ihren Beitrag bis hierher.
end-hand-in = Arbeit abgeben
end-withdrawn = Ihre Daten wurden gelöscht
end-withdrawn-text = Alles, was Sie in dieser Studie angegeben haben, wurde gelöscht.
end-screened-out = Vielen Dank für Ihre Zeit
end-screened-out-text = Die Studie endet hier für Sie. Sie braucht bestimmte Bedingungen, und das sagt nichts über Sie aus.
end-withdraw = Wenn Sie Ihre Daten später löschen lassen möchten
end-withdraw-text = Bewahren Sie diesen persönlichen Link auf. Wer ihn hat, kann Ihre Daten löschen; geben Sie ihn niemandem.

leave = Studie verlassen
withdraw = Meine Angaben in dieser Studie löschen
withdraw-text = Alle Ihre Antworten und alles andere, was die Studie über Sie gespeichert hat, werden endgültig gelöscht. Nur ein Vermerk bleibt, dass jemand teilgenommen und sich zurückgezogen hat. Das lässt sich nicht rückgängig machen.
withdraw-key = Ihr persönlicher Schlüssel, das Ende Ihres Links
withdraw-unknown-key = Diesen Schlüssel gibt es hier nicht. Bitte kopieren Sie den ganzen Schlüssel.
withdraw-do = Alles löschen
withdraw-not = Nein, zurück

## Fehlerseiten: Titel nach dem Status, Texte nach dem Code des Fehlers

error-title-403 = Nicht erlaubt
error-title-404 = Nicht gefunden
error-title-409 = Das geht gerade nicht
error-title-410 = Diese Studie ist beendet
error-title-429 = Bitte warten Sie einen Moment
error-title-500 = Etwas ist schiefgegangen
error-title-503 = Bitte versuchen Sie es gleich noch einmal
error-title-other = Das hat nicht geklappt

error-text-bad_id =
    Die angegebene Kennung oder Nummer hat mehr als { $longest } Zeichen. Bitte öffnen Sie den Link, oder geben Sie die
    Nummer ein, genau wie Sie sie bekommen haben.
error-text-broken_id =
    Die Kennungen in diesem Link enthalten Leerzeichen; der Link wurde also unterwegs verändert. Bitte gehen Sie zurück
    und öffnen Sie die Studie von der Seite, auf der Sie sie gefunden haben.
error-text-foreign_site = Dieser Link wurde unterwegs verändert. Bitte gehen Sie zurück und öffnen Sie die Studie von MTurk.
error-text-cross_site = Das muss von den Seiten der Studie selbst kommen. Bitte öffnen Sie den Link der Studie noch einmal.
error-text-malformed = Etwas in diesem Formular stimmt nicht. Bitte öffnen Sie den Link der Studie noch einmal.
error-text-not_found = Unter dieser Adresse gibt es nichts.
error-text-own_fault =
    Der Server konnte das nicht ausführen. Bitte versuchen Sie es gleich noch einmal. Wenn es wieder geschieht, nennen
    Sie der Versuchsleitung diese Nummer: { $request_id }.
error-text-preview = Das war eine Vorschau. Nehmen Sie zuerst die Aufgabe an, und geben Sie dann Ihre Einwilligung.
error-text-study_closed = Diese Studie ist geschlossen und nimmt niemanden mehr auf. Vielen Dank!
error-text-study_not_open = Diese Studie ist noch nicht eröffnet. Bitte kommen Sie später wieder.
error-text-study_paused = Diese Studie ist gerade unterbrochen. Bitte kommen Sie später wieder.
error-text-too_large = Was der Browser gesendet hat, ist zu groß.
error-text-too_many = Von hier kamen in kurzer Zeit zu viele Anfragen. Bitte versuchen Sie es gleich noch einmal.
error-text-unknown_link = Dieser Link ist nicht bekannt. Bitte prüfen Sie, ob er vollständig kopiert wurde.
error-text-other = Der Server hat das nicht angenommen. Bitte öffnen Sie den Link der Studie noch einmal.

# Datenschutz

privacy = Datenschutz
privacy-who = Wer verantwortlich ist
privacy-contact = Fragen und alles, was Sie von der Studie verlangen möchten:
privacy-officer = Datenschutzbeauftragte:
privacy-nobody-named = Die Studie nennt hier niemanden. Fragen Sie bitte die Person, die Sie eingeladen hat.
privacy-what = Was gespeichert wird, wozu und wie lange
privacy-what-text =
    Die Studie bewahrt Ihre Daten unter einer Nummer auf. Nach Ihrem Namen wird nicht gefragt, es sei denn durch
    eine Frage der Studie. Die Internetadresse Ihres Computers wird nicht bei Ihren Daten gespeichert.
privacy-identity = Wer Sie eingeladen hat
privacy-identity-text =
    Wenn Sie über ein Panel gekommen sind oder eine Nummer angegeben haben: dessen Kennung für Sie und für diesen
    Besuch, damit jede Person einmal teilnimmt und bezahlt werden kann.
privacy-session = Ihre Sitzung
privacy-session-text =
    Ihre Nummer, wann Sie begonnen und aufgehört haben und wie die Sitzung endete, damit bekannt ist, wie viele
    teilgenommen haben.
privacy-access = Technische Merkmale
privacy-access-text =
    Merkmale, mit denen Ihr Browser Ihre Sitzung fortsetzt und mit denen nichts doppelt gespeichert wird.
privacy-plan = Was Ihnen gezeigt wurde
privacy-plan-text = Die Reihenfolge der Bilder oder Klänge in Ihrer Sitzung.
privacy-answers = Ihre Antworten
privacy-answers-text =
    Ihre Antwort zu jedem Bild oder Klang, wie lange sie dauerte und ob alles wie geplant gezeigt wurde: darum geht
    es in der Studie.
privacy-questions = Einwilligung, Fragen und Prüfungen
privacy-questions-text =
    Welchem Text Sie zugestimmt haben, Ihre Antworten auf Fragen und was über Bildschirm, Browser oder Ton
    festgestellt wurde, um die Güte der Daten zu beurteilen.
privacy-events = Ereignisse
privacy-events-text =
    Wann das Fenster der Studie verlassen wurde oder wiederkam und dergleichen, um die Güte der Daten zu beurteilen.
privacy-submission = Meldungen des Panels
privacy-submission-text = Was laut Panel aus Ihrem Besuch wurde, damit er anerkannt und bezahlt werden kann.
privacy-payment = Zahlungen
privacy-payment-text = Wie viel wann für welche Nummer bezahlt wurde: die Buchhaltung verlangt es.
privacy-mark = Ein Zeichen anstelle Ihrer Kennung
privacy-mark-text =
    Wird Ihre Kennung gelöscht, tritt ein daraus berechnetes Zeichen an ihre Stelle, damit Sie erkannt werden, wenn
    Sie wiederkommen. Die Kennung lässt sich daraus nicht ablesen.
privacy-kept = Dies wird nicht von selbst gelöscht.
privacy-kept-open = Dies bleibt, bis die Studie es löscht.
privacy-kept-days =
    { $days ->
        [one] Dies wird einen Tag nach Ihrer Sitzung gelöscht.
       *[other] Dies wird { $days } Tage nach Ihrer Sitzung gelöscht.
    }
privacy-kept-until = Dies wird nach dem { $date } gelöscht.
privacy-sees = Wer es sieht
privacy-sees-text =
    Die Personen des Labors, die an dieser Studie arbeiten, sehen Ihre Daten unter Ihrer Nummer. Daten ohne die
    Kennungen der Panels können veröffentlicht oder an andere Forschende weitergegeben werden.

    Alles kommt vom Server der Studie selbst: Keine andere Seite erfährt durch diese Seite, dass Sie hier sind.
    Cookies dienen nur dazu, Ihre Sitzung fortzusetzen.
privacy-rights = Was Sie verlangen können
privacy-rights-text =
    Sie können fragen, welche Daten von Ihnen gespeichert sind, sie berichtigen lassen und die Studie jederzeit
    verlassen: dann werden Ihre Daten gelöscht. Was vorher veröffentlicht oder weitergegeben wurde, lässt sich nicht
    zurückholen. Sie können sich auch bei der Aufsichtsbehörde für den Datenschutz beschweren.
privacy-more = Datenschutz: was diese Studie speichert
